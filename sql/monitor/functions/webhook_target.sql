create or replace function monitor.webhook_target(
  webhook_id uuid, out url text, out secrets text[], out topics text[],
  out batch_window_ms int, out next_attempt_at timestamptz
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: secrets are the owner's
  select w.url,
    array(
      select s.secret from monitor.webhook_secrets s
      where s.webhook_id = w.id and (s.expires_at is null or s.expires_at > now())
      order by s.created_at desc
    ),
    w.topics, w.batch_window_ms,
    (
      select min(d.next_attempt_at) from monitor.deliveries d
      where d.webhook_id = w.id and d.status = 'pending'
    )
  from monitor.webhooks w
  where w.id = webhook_target.webhook_id and w.status = 'active'
$$;
comment on function monitor.webhook_target(uuid) is
  'Where to, signed with what, newest secret first, and when something is due; no row unless the '
  'webhook is active.';
