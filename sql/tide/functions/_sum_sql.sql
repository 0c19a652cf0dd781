create or replace function tide._sum_sql(summary_id int, source regclass, term text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  -- term has %1$s where the column's name goes
  select format(E'array[\n      %s]::bigint[]', string_agg(
    case when s.measures ? name
      then format(_sum_sql.term, format('tide_sum_%s_%s', s.summary_id, position))
      else '0'
    end, ', ' order by position))
  from tide.summary_sources s
  join tide.summaries y on y.id = s.summary_id
  cross join unnest(y.measures) with ordinality as measure (name, position)
  where s.summary_id = _sum_sql.summary_id and s.source = _sum_sql.source
$$;
comment on function tide._sum_sql(int, regclass, text) is
  'SQL array of a summary''s measures, each written as the term says, 0 where not fed.';
