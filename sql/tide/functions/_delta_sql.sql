create or replace function tide._delta_sql(watched tide.watched, except_for text[] default '{}')
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(
    E'coalesce((''{'' || nullif(concat_ws('','', null%s), '''') || ''}'')::json,'
    '\n      tide._delta(%s, %s))',
    coalesce(string_agg(format(
      E',\n      case when %s then concat(%L, json_build_array(o.%I, n.%I)) end',
      tide._differs_sql(a),
      to_json(a.attname) || ':', a.attname, a.attname), '' order by a.attnum), ''),
    tide._image_sql(_delta_sql.watched, 'o'), tide._image_sql(_delta_sql.watched, 'n'))
  from pg_attribute a
  where a.attrelid = (_delta_sql.watched).target
    and a.attnum > 0 and not a.attisdropped
    and ((_delta_sql.watched).columns is null or a.attname = any ((_delta_sql.watched).columns))
    and a.attname <> all (_delta_sql.except_for)
$$;
comment on function tide._delta_sql(tide.watched, text[]) is
  'SQL for {column: [old, new]} of the changed columns; by name where written out, from the whole '
  'row when only a column added since has changed.';
