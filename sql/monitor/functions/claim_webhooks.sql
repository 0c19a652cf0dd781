create or replace function monitor.claim_webhooks(node uuid)
returns table (webhook_id uuid, is_due boolean)
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: claims are the owner's
  insert into monitor.webhook_claims as c (webhook_id, node, ends_at)
  select w.id, claim_webhooks.node,
    now() + make_interval(secs => monitor._setting('claim_seconds'))
  from monitor.webhooks w
  where w.status = 'active'
  order by w.id
  on conflict on constraint webhook_claims_pkey do update
  set node = excluded.node, ends_at = excluded.ends_at
  where c.node = excluded.node or c.ends_at <= now()
  returning c.webhook_id, exists (
    select from monitor.deliveries d
    where d.webhook_id = c.webhook_id and d.status = 'pending' and d.next_attempt_at <= now()
  )
$$;
comment on function monitor.claim_webhooks(uuid) is
  'The active webhooks that this node delivers for from now on, for claim_seconds: those it had, '
  'and those nobody has; and whether something is due. To be called again well before that.';
