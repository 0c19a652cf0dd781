create or replace function work._random_hex()
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
$$;
comment on function work._random_hex() is
  '64 hexadecimal digits with 244 bits of the server''s strong random numbers; the first twelve '
  'are random without exception.';
