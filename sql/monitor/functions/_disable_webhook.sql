create or replace function monitor._disable_webhook(webhook_id uuid, reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update monitor.webhooks w set status = 'disabled', status_reason = reason
  where w.id = _disable_webhook.webhook_id and w.status = 'active';
  if found then
    perform monitor.raise_alert('webhook:' || webhook_id || ':disabled', 'critical',
      'A webhook was disabled: ' || reason, jsonb_build_object('webhook', webhook_id));
  end if;
end
$$;
comment on function monitor._disable_webhook(uuid, text) is
  'Delivers nothing more for a webhook until somebody resumes it, and says so.';
