create or replace function tide._told_columns(watched tide.watched) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select (_told_columns.watched).columns || 'tide_topics'::text || array(
    select unnest(format('tide_group_%s', s.summary_id) || array(
      select format('tide_sum_%s_%s', s.summary_id, position)
      from unnest(y.measures) with ordinality as measure (name, position)
      where s.measures ? name))
    from tide.summary_sources s
    join tide.summaries y on y.id = s.summary_id
    where s.source = (_told_columns.watched).target)
$$;
comment on function tide._told_columns(tide.watched) is
  'Where only some columns are shown: those, and what may change with the others, the topics and '
  'what the row adds to summaries.';
