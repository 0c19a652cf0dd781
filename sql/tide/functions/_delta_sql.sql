create or replace function tide._delta_sql(watched tide.watched) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(
    'coalesce((''{'' || nullif(concat_ws('','', %s), '''') || ''}'')::json, '
    'tide._delta(%s, %s))',
    string_agg(format(
      'case when %s then %L || json_build_array(o.%I, n.%I)::text end',
      case when y.typtype in ('b', 'e', 'r') and y.typname not in
          ('json', 'xml', 'point', 'box', 'polygon', 'path', 'line', 'lseg', 'circle', '_json')
        then format('o.%1$I is distinct from n.%1$I', a.attname)
        else format('row(o.%1$I)::record operator(pg_catalog.*<>) row(n.%1$I)::record', a.attname)
      end,
      to_json(a.attname) || ':', a.attname, a.attname), ', ' order by a.attnum),
    tide._image_sql(_delta_sql.watched, 'o'), tide._image_sql(_delta_sql.watched, 'n'))
  from pg_attribute a
  join pg_type y on y.oid = a.atttypid
  where a.attrelid = (_delta_sql.watched).target
    and a.attnum > 0 and not a.attisdropped
    and ((_delta_sql.watched).columns is null or a.attname = any ((_delta_sql.watched).columns))
$$;
comment on function tide._delta_sql(tide.watched) is
  'SQL for {column: [old, new]} of the changed columns; by name where written out, from the whole '
  'row when only a column added since has changed.';
