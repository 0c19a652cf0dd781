create or replace function tide._rows_sql(watched tide.watched, relation text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(
    E'(\n    select t.*, t.*::record as tide_row, %s as tide_key,\n'
    '      array_remove(array[%s]::text[], null) as tide_topics%s\n    from %s t\n  )',
    tide._key_sql((_rows_sql.watched).key_columns),
    array_to_string((_rows_sql.watched).topics, ', '),
    tide._source_columns((_rows_sql.watched).target),
    case when _rows_sql.relation in ('new_rows', 'old_rows')
      then tide._transition_sql((_rows_sql.watched).target, _rows_sql.relation)
      else _rows_sql.relation
    end)
$$;
comment on function tide._rows_sql(tide.watched, text) is
  'SQL for rows of a watched table or transition table with their key, topics and measures.';
