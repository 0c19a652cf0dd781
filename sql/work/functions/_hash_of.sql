create or replace function work._hash_of(secret text)
returns bytea
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select sha256(convert_to(_hash_of.secret, 'UTF8'))
$$;
comment on function work._hash_of(text) is
  'What is stored of a key or a ticket; the service computes the same (src/auth/secrets.rs).';
