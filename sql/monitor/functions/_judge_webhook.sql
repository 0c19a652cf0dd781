create or replace function monitor._judge_webhook(
  webhook_id uuid, has_taken boolean, has_failed boolean, is_gone boolean
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook monitor.webhooks := (
    select w from monitor.webhooks w where w.id = _judge_webhook.webhook_id
  );
  v_patience interval := make_interval(hours => monitor._setting('disable_after_hours'));
begin
  if is_gone then
    perform monitor._disable_webhook(webhook_id, 'the endpoint is gone (410)');
  elsif has_failed and not has_taken then
    if v_webhook.failing_since_at is null then
      update monitor.webhooks w set failing_since_at = now() where w.id = v_webhook.id;
    elsif v_webhook.failing_since_at < now() - v_patience then
      perform monitor._disable_webhook(webhook_id,
        format('nothing was taken since %s', v_webhook.failing_since_at));
    end if;
  elsif has_taken and not has_failed and v_webhook.failing_since_at is not null then
    update monitor.webhooks w set failing_since_at = null where w.id = v_webhook.id;
  end if;
end
$$;
comment on function monitor._judge_webhook(uuid, boolean, boolean, boolean) is
  'Notes since when a webhook fails, and disables one that has for disable_after_hours, or whose '
  'endpoint says that it is gone.';
