create or replace function monitor.get_delivery(
  user_id uuid, webhook_id uuid, delivery_id uuid
) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: deliveries are the owner's
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  return (
    select to_jsonb(d) from monitor.deliveries d
    where d.webhook_id = get_delivery.webhook_id and d.id = get_delivery.delivery_id
  );
end
$$;
comment on function monitor.get_delivery(uuid, uuid, uuid) is
  'A delivery with its whole body and every attempt; null when there is none.';
