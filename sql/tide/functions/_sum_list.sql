create or replace function tide._sum_list(measures int) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(format('coalesce(sum(s.totals[%s]), 0)', i), ', ' order by i)
  from generate_series(1, _sum_list.measures) i
$$;
comment on function tide._sum_list(int) is 'SQL that adds up the totals of tide.sum rows named s.';
