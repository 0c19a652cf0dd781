create or replace function monitor.replay_webhook(
  user_id uuid, webhook_id uuid, after_sequence bigint
) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: positions and deliveries are the owner's
declare
  v_head record := tide.position();
begin
  perform monitor._authorize_webhook(user_id, webhook_id);
  if after_sequence is null or after_sequence < 0 then
    raise invalid_parameter_value using
      message = 'after is the sequence after which it begins',
      constraint = 'replay_after_is_a_sequence', column = 'after';
  end if;
  perform from tide.read(after_sequence, 1);
  update tide.consumers c
  set epoch = v_head.epoch, sequence = after_sequence, updated_at = now()
  where c.name = monitor._consumer_of(webhook_id);
  -- they will be queued again
  delete from monitor.deliveries d
  where d.webhook_id = replay_webhook.webhook_id and d.status = 'pending'
    and d.sequence > after_sequence and position(':' in d.topic) > 0;
  -- an event, which wakes the node that delivers for it
  update monitor.webhooks w set updated_at = clock_timestamp() where w.id = webhook_id;
  return jsonb_build_object('id', webhook_id, 'after', after_sequence, 'head', v_head.sequence);
end
$$;
comment on function monitor.replay_webhook(uuid, uuid, bigint) is
  'Delivers everything after a sequence again, with the same sequences; TG410 when the log does '
  'not reach back that far.';
