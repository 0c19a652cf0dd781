create or replace function monitor.skip_webhook_gap(webhook_id uuid, node uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: positions are the owner's
declare
  v_head record := tide.position();
  v_consumer tide.consumers;
begin
  perform monitor._insist_on_claim(webhook_id, node);
  select c.* into v_consumer from tide.consumers c
  where c.name = monitor._consumer_of(webhook_id) for update;
  update tide.consumers c set epoch = v_head.epoch, sequence = v_head.sequence, updated_at = now()
  where c.name = v_consumer.name;
  perform monitor._queue_notice(webhook_id, 'not_recovered', jsonb_build_object(
    'former_epoch', v_consumer.epoch, 'former_sequence', v_consumer.sequence,
    'epoch', v_head.epoch, 'sequence', v_head.sequence, 'topics', v_consumer.topics));
  perform monitor.raise_alert('webhook:' || webhook_id || ':gap', 'critical',
    'A webhook missed messages that the log does not have any more',
    jsonb_build_object('webhook', webhook_id, 'after', v_consumer.sequence,
      'upto', v_head.sequence));
end
$$;
comment on function monitor.skip_webhook_gap(uuid, uuid) is
  'A position that the log cannot serve: it goes on at the head, and the endpoint is told so by a '
  'delivery of type not_recovered, as a socket is.';
