create or replace function tide._source_columns(target regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(string_agg(
    format(E',\n      (%s)::%s::text as tide_group_%s', s.group_by,
        tide._key_type(y.summary, y.key_column), s.summary_id)
      || coalesce(m.columns, ''), '' order by s.summary_id), '')
  from tide.summary_sources s
  join tide.summaries y on y.id = s.summary_id
  cross join lateral (
    select string_agg(
      format(E',\n      %s as tide_sum_%s_%s', s.measures ->> name, s.summary_id, position),
      '' order by position) as columns
    from unnest(y.measures) with ordinality as measure (name, position)
    where s.measures ? name
  ) m
  where s.source = _source_columns.target
$$;
comment on function tide._source_columns(regclass) is
  'SQL columns tide_group_<summary> and tide_sum_<summary>_<measure> over a row of a source.';
