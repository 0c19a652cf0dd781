create or replace function work.revoke_key(prefix_or_id text)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  update work.api_keys k
  set revoked_at = coalesce(k.revoked_at, now())
  where k.prefix = split_part(regexp_replace(revoke_key.prefix_or_id, '^tg_', ''), '_', 1)
    or k.id::text = lower(revoke_key.prefix_or_id)
  returning to_jsonb(k) - 'hash'
$$;
comment on function work.revoke_key(text) is
  'Ends a key now, on open connections too: by prefix (also as tg_<prefix>_…) or id.';
