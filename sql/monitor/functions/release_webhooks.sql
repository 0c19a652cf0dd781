create or replace function monitor.release_webhooks(node uuid) returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: claims are the owner's
  delete from monitor.webhook_claims c where c.node = release_webhooks.node
$$;
comment on function monitor.release_webhooks(uuid) is
  'This node delivers no more: others need not wait until its claims end.';
