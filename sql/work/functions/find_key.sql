create or replace function work.find_key(hash bytea, id uuid default null)
returns table (
  key_id uuid,
  user_id uuid,
  handle text,
  is_admin boolean,
  sources text[],
  seconds_left double precision,
  standing text,
  is_due boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select k.id, k.user_id, u.handle, k.role is not null, k.sources,
    extract(epoch from k.expires_at - now())::double precision,
    work._standing(k.revoked_at, k.expires_at),
    k.last_used_at is null or k.last_used_at < now() - interval '1 minute'
  from work.api_keys k
  join work.users u on u.id = k.user_id
  where k.hash = find_key.hash or k.id = find_key.id
$$;
comment on function work.find_key(bytea, uuid) is
  'Whose key this is and how it stands: by the hash of what was shown, or by id to ask again. '
  'is_due: its last use is worth noting with work.touch_key. seconds_left is null for ever.';
