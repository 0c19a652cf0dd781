create or replace function tide._key_sql(key_columns text[]) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case cardinality(_key_sql.key_columns)
    when 0 then 'null::text'
    when 1 then format('t.%I::text', _key_sql.key_columns[1])
    else (
      select format('array_to_json(array[%s])::text', string_agg(format('t.%I::text', c), ', '))
      from unnest(_key_sql.key_columns) c
    )
  end
$$;
comment on function tide._key_sql(text[]) is
  'SQL for the key of a row t: the column as text, a JSON array when there are several.';
