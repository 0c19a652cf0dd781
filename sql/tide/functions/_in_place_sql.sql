create or replace function tide._in_place_sql(watched tide.watched) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(
    format('not (%s)', tide._differs_sql(a)), E'\n    and ' order by a.attnum)
  from pg_attribute a
  where a.attrelid = (_in_place_sql.watched).target
    and a.attname = any (tide._place_columns(_in_place_sql.watched))
    and a.attnum > 0
$$;
comment on function tide._in_place_sql(tide.watched) is
  'SQL that is true of a change of o to n that leaves the row its key, topics and groups; null '
  'where columns cannot tell.';
