create or replace function tide._changed_sql(watched tide.watched, except_for text[] default '{}')
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format('concat_ws('','', null%s)', string_agg(format(
    E',\n      case when %s then concat(%L, json_build_array(o.%I, n.%I)) end',
    tide._differs_sql(a), to_json(a.attname) || ':', a.attname, a.attname), '' order by a.attnum))
  from pg_attribute a
  where a.attrelid = (_changed_sql.watched).target
    and a.attnum > 0 and not a.attisdropped
    and ((_changed_sql.watched).columns is null or a.attname = any ((_changed_sql.watched).columns))
    and a.attname <> all (_changed_sql.except_for)
$$;
comment on function tide._changed_sql(tide.watched, text[]) is
  'SQL for "column": [old, new] of each column that has changed, with commas between; empty where '
  'none of those that are written out has.';
