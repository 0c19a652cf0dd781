create or replace function work.create_ticket(
  user_id uuid,
  is_admin boolean,
  sources text[],
  key_id uuid,
  credential_seconds double precision,
  ticket_seconds double precision
)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with swept as (
    delete from work.ws_tickets t
    where t.hash = any (array(
      -- A minute longer, so that who comes late is told why.
      select o.hash from work.ws_tickets o where o.expires_at < now() - interval '1 minute'
      limit 100 for update skip locked))
  ), made as materialized (
    select 'tgt_' || work._random_hex() as ticket,
      least(create_ticket.ticket_seconds, create_ticket.credential_seconds) as seconds
  ), stored as (
    insert into work.ws_tickets as t
      (hash, user_id, is_admin, sources, key_id, credential_expires_at, expires_at)
    select work._hash_of(m.ticket), create_ticket.user_id, create_ticket.is_admin,
      create_ticket.sources, create_ticket.key_id,
      now() + make_interval(secs => create_ticket.credential_seconds),
      now() + make_interval(secs => m.seconds)
    from made m
    returning t.expires_at
  )
  select jsonb_build_object('ticket', m.ticket, 'expires_in', floor(m.seconds),
    'expires_at', s.expires_at)
  from made m cross join stored s
$$;
comment on function work.create_ticket(
  uuid, boolean, text[], uuid, double precision, double precision) is
  'A ticket for one handshake of the bearer of a credential that ends in so many seconds; sweeps '
  'old ones. The secret is shown here and nowhere else.';
