create or replace function monitor.change_of(
  name text, what text, period interval default '5 min', labels jsonb default '{}'
) returns double precision
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select b.now / nullif(b.before, 0)
  from (
    select monitor.measure(change_of.name, what, period, labels) as now,
      monitor.measure(change_of.name, what, period, labels, now() - period) as before
  ) b
$$;
comment on function monitor.change_of(text, text, interval, jsonb) is
  'A figure of a metric now by what it was one period ago: 2 is twice as much. For rules on the '
  'rate of change.';
