create or replace function monitor._median(numbers double precision[]) returns double precision
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select percentile_cont(0.5) within group (order by n.value) from unnest(numbers) n (value)
$$;
comment on function monitor._median(double precision[]) is 'The one in the middle.';
