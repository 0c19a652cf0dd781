create or replace function tide._key_type(target regclass, column_name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format_type(a.atttypid, a.atttypmod) from pg_attribute a
  where a.attrelid = _key_type.target and a.attname = _key_type.column_name
$$;
comment on function tide._key_type(regclass, text) is 'SQL name of a column''s type.';
