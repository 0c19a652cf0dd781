create or replace function monitor.pause_webhook(
  user_id uuid, webhook_id uuid, is_paused boolean default true
) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: webhooks are the owner's
declare
  v_webhook monitor.webhooks;
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  update monitor.webhooks w
  set status = case when is_paused then 'paused' else 'active' end, status_reason = null,
    failing_since_at = case when is_paused then w.failing_since_at end
  where w.id = pause_webhook.webhook_id
  returning w.* into v_webhook;
  if not is_paused then
    -- who says that it is well again does not want to wait for hours
    update monitor.deliveries d set next_attempt_at = now()
    where d.webhook_id = pause_webhook.webhook_id and d.status = 'pending';
  end if;
  return to_jsonb(v_webhook);
end
$$;
comment on function monitor.pause_webhook(uuid, uuid, boolean) is
  'Stops deliveries, or goes on where they stopped, at once, also after we disabled it. What '
  'happens meanwhile stays in the log, for as long as that is kept.';
