create or replace function monitor.get_webhook(user_id uuid, webhook_id uuid) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: webhooks and positions are the owner's
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  return (
    select monitor._webhook_body(w) from monitor.webhooks w where w.id = get_webhook.webhook_id
  );
end
$$;
comment on function monitor.get_webhook(uuid, uuid) is
  'A webhook, with its position and what waits; never its secrets.';
