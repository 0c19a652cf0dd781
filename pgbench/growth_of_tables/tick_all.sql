-- Seconds that the ticks of all that is pending take.
select clock_timestamp() as began \gset
\ir ../drain.sql
select round(extract(epoch from clock_timestamp() - :'began'::timestamptz)::numeric, 4);
