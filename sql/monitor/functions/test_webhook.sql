create or replace function monitor.test_webhook(user_id uuid, webhook_id uuid) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: deliveries are the owner's
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  return monitor._queue_notice(webhook_id, 'test', jsonb_build_object('webhook', webhook_id));
end
$$;
comment on function monitor.test_webhook(uuid, uuid) is
  'Queues a delivery of type test, beside all topics; the delivery.';
