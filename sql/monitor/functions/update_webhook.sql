create or replace function monitor.update_webhook(user_id uuid, webhook_id uuid, data jsonb)
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: webhooks are the owner's
declare
  v_webhook monitor.webhooks;
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  perform monitor._check_webhook(data);
  update monitor.webhooks w
  set name = coalesce(data ->> 'name', ''), url = data ->> 'url',
    topics = monitor._texts(data -> 'topics'), entities = monitor._texts(data -> 'entities'),
    actions = monitor._texts(data -> 'actions'),
    batch_window_ms = coalesce((data ->> 'batch_window_ms')::int, 0)
  where w.id = update_webhook.webhook_id
  returning w.* into v_webhook;
  return to_jsonb(v_webhook);
end
$$;
comment on function monitor.update_webhook(uuid, uuid, jsonb) is
  'Replaces what a webhook is; its secret, its position and its status stay.';
