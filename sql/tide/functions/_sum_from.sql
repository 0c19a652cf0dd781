create or replace function tide._sum_from(summary tide.summaries) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select 'cross join lateral unnest(e.sums) s' || coalesce(string_agg(format(
    E'\n    cross join lateral (\n      select case when s.source = %1$s then e.delta::jsonb end '
    'as delta offset 0\n    ) j%1$s'
    '\n    cross join lateral (\n      select %2$s\n      offset 0\n    ) d%1$s'
    '\n    cross join lateral (\n      select %5$s\n      from (select %3$s) c\n    ) o%1$s'
    '\n    cross join lateral (\n      select %5$s\n      from (select %4$s) c\n    ) n%1$s',
    c.id, x.values, x.olds, x.news, m.measures), '' order by c.id), '')
  from tide.summary_sources c
  cross join lateral (
    select
      string_agg(format(
        E'(j%1$s.delta #>> array[%2$L, ''0''])::%3$s as o%4$s,'
        '\n        (j%1$s.delta #>> array[%2$L, ''1''])::%3$s as n%4$s',
        c.id, u.name, tide._key_type(c.source, u.name), u.i), E',\n        ') as values,
      string_agg(format('d%s.o%s as %I', c.id, u.i, u.name), ', ') as olds,
      string_agg(format('d%s.n%s as %I', c.id, u.i, u.name), ', ') as news
    from unnest(tide._delta_columns(c)) with ordinality as u (name, i)
  ) x
  cross join lateral (
    select string_agg(format('%s as m%s', c.measures ->> u.name, u.i), E',\n        ') as measures
    from unnest((_sum_from.summary).measures) with ordinality as u (name, i)
    where c.measures ? u.name
  ) m
  where c.summary_id = (_sum_from.summary).id and tide._delta_columns(c) <> '{}'
$$;
comment on function tide._sum_from(tide.summaries) is
  'SQL that joins events e with their tide.sum rows s and, per source that is told by its delta, '
  'the measures before (o) and after (n).';
