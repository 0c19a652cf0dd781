create or replace function monitor._queue_notice(webhook_id uuid, type text, payload jsonb)
returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head record := tide.position();
  v_message uuid := gen_random_uuid();
  v_delivery monitor.deliveries;
begin
  insert into monitor.deliveries as d (webhook_id, message_id, topic, sequence, body)
  values (_queue_notice.webhook_id, 'msg_' || v_message, _queue_notice.type, v_head.sequence,
    json_build_object('id', v_message, 'version', '2.0', 'type', _queue_notice.type,
      'timestamp', (extract(epoch from clock_timestamp()) * 1000)::bigint,
      'sequence', v_head.sequence, 'payload', payload,
      'metadata', json_build_object('source', 'system', 'epoch', v_head.epoch)))
  returning d.* into v_delivery;
  return to_jsonb(v_delivery);
end
$$;
comment on function monitor._queue_notice(uuid, text, jsonb) is
  'Queues a message of ours, which is of no event, in a lane of its own.';
