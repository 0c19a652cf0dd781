create or replace function tide._delta_sql(watched tide.watched) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(
    E'coalesce((''{'' || nullif(%s, '''') || ''}'')::json,\n      tide._delta(%s, %s))',
    tide._changed_sql(_delta_sql.watched),
    tide._image_sql(_delta_sql.watched, 'o'), tide._image_sql(_delta_sql.watched, 'n'))
$$;
comment on function tide._delta_sql(tide.watched) is
  'SQL for {column: [old, new]} of the changed columns; by name where written out, from the whole '
  'row when only a column added since has changed.';
