create or replace function monitor._usual(
  numbers double precision[], out median double precision, out deviation double precision
)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select c.median, greatest(
    1.4826 * monitor._median(array(select abs(n.value - c.median) from unnest(numbers) n (value))),
    0.05 * abs(c.median), 1e-6)
  from (select monitor._median(numbers) as median) c
$$;
comment on function monitor._usual(double precision[], out double precision, out double precision)
is
  'The median and the robust standard deviation (from the median of the distances to it), which '
  'is at least a twentieth of the median: what hardly ever changes may change a little.';
