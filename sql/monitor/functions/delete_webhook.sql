create or replace function monitor.delete_webhook(user_id uuid, webhook_id uuid) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: webhooks are the owner's
declare
  v_webhook monitor.webhooks;
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  delete from monitor.webhooks w
  where w.id = delete_webhook.webhook_id
  returning w.* into v_webhook;
  return to_jsonb(v_webhook);
end
$$;
comment on function monitor.delete_webhook(uuid, uuid) is
  'Deletes a webhook with its deliveries, its secrets and its position; the row as it was.';
