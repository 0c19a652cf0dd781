create or replace function monitor.redeliver(
  user_id uuid, webhook_id uuid, delivery_id uuid default null
) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: deliveries are the owner's
declare
  v_count int;
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  update monitor.deliveries d
  set status = 'pending', attempt_count = 0, next_attempt_at = now(), finished_at = null
  where d.webhook_id = redeliver.webhook_id
    and case when delivery_id is null then d.status = 'dead' else d.id = delivery_id end;
  get diagnostics v_count = row_count;
  if v_count = 0 and delivery_id is not null then
    raise no_data_found using
      message = format('delivery %s does not exist', delivery_id), constraint = 'delivery_exists';
  end if;
  return jsonb_build_object('queued', v_count);
end
$$;
comment on function monitor.redeliver(uuid, uuid, uuid) is
  'Sends one delivery again, whatever became of it, or without one every dead letter: with the '
  'same webhook-id, before what waits on its topic.';
