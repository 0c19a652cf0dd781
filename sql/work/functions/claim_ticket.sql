create or replace function work.claim_ticket(hash bytea)
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
volatile
set search_path = pg_catalog, pg_temp
as $$
  with claimed as (
    delete from work.ws_tickets t
    where t.hash = claim_ticket.hash
    returning t.key_id, t.user_id, t.is_admin, t.sources, t.credential_expires_at, t.expires_at
  )
  select c.key_id, u.id, u.handle, c.is_admin, c.sources,
    extract(epoch from c.credential_expires_at - now())::double precision,
    work._standing(k.revoked_at, c.expires_at),
    false
  from claimed c
  join work.users u on u.id = c.user_id
  left join work.api_keys k on k.id = c.key_id
$$;
comment on function work.claim_ticket(bytea) is
  'Whose ticket this was, in the shape of work.find_key; it is gone, so of two that claim it at '
  'once, on whatever nodes, one gets nothing.';
