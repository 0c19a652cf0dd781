create or replace function work.create_key(
  user_id uuid,
  name text default '',
  role text default null,
  sources text[] default '{user}',
  lifetime interval default null
)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with made as materialized (
    select m.prefix, format('tg_%s_%s', m.prefix, work._random_hex()) as key
    from (select left(work._random_hex(), 12) as prefix) m
  ), stored as (
    insert into work.api_keys as k (user_id, name, prefix, hash, role, sources, expires_at)
    select create_key.user_id, create_key.name, m.prefix, work._hash_of(m.key), create_key.role,
      create_key.sources, now() + create_key.lifetime
    from made m
    returning to_jsonb(k) - 'hash' as told
  )
  select s.told || jsonb_build_object('key', m.key)
  from stored s cross join made m
$$;
comment on function work.create_key(uuid, text, text, text[], interval) is
  'A new API key of a user: its row, and once, under key, the secret itself. role is admin or '
  'null; without a lifetime it is good until it is revoked.';
