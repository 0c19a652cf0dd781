create or replace function tide._sum_list(summary tide.summaries) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(format('coalesce(sum(coalesce(s.totals[%s], 0)%s), 0)', m.i,
    (
      select string_agg(format(' + n%1$s.m%2$s - o%1$s.m%2$s', c.id, m.i), '' order by c.id)
      from tide.summary_sources c
      where c.summary_id = (_sum_list.summary).id and c.measures ? m.name
        and tide._delta_columns(c) <> '{}'
    )), E',\n      ' order by m.i)
  from unnest((_sum_list.summary).measures) with ordinality as m (name, i)
$$;
comment on function tide._sum_list(tide.summaries) is
  'SQL that adds up the measures of tide.sum rows named s, with tide._sum_from().';
