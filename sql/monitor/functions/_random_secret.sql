create or replace function monitor._random_secret() returns text
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select 'whsec_' || encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64')
$$;
comment on function monitor._random_secret() is
  'A signing secret as Standard Webhooks writes it: 32 bytes, 244 of their bits random.';
