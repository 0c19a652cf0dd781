-- What advance() does for the summaries, over everything pending; undone, so it can be repeated.
begin;
\set QUIET on
select clock_timestamp() as began \gset
select tide._fold(tide._snapshot());
select round(extract(epoch from clock_timestamp() - :'began'::timestamptz)::numeric, 4);
rollback;
