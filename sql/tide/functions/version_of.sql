create or replace function tide.version_of(stored jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select md5(version_of.stored::text)
$$;
comment on function tide.version_of(jsonb) is
  'What an ETag says of a row: the same for the same content, null for no row.';
