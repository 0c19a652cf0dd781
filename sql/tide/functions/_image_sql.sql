create or replace function tide._image_sql(watched tide.watched, alias text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when (_image_sql.watched).columns is null
    then format('to_jsonb(%s.tide_row)', _image_sql.alias)
    else format('tide._only(to_jsonb(%s.tide_row), %L::text[])',
      _image_sql.alias, (_image_sql.watched).columns)
  end
$$;
comment on function tide._image_sql(tide.watched, text) is
  'SQL for a whole row as the stream shows it.';
