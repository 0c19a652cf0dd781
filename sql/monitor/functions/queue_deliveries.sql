create or replace function monitor.queue_deliveries(
  webhook_id uuid, upto bigint, message_ids text[], topics text[], sequences bigint[],
  bodies text[]
) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: deliveries are the owner's
begin
  insert into monitor.deliveries (webhook_id, message_id, topic, sequence, body)
  select queue_deliveries.webhook_id, m.message_id, m.topic, m.sequence, m.body
  from unnest(message_ids, topics, sequences, bodies)
    with ordinality m (message_id, topic, sequence, body, nth)
  order by m.nth;
  perform tide.commit_consumer(monitor._consumer_of(queue_deliveries.webhook_id), upto);
end
$$;
comment on function monitor.queue_deliveries(uuid, bigint, text[], text[], bigint[], text[]) is
  'Queues the messages of a page and moves the position behind it, in one transaction: so every '
  'message is queued once.';
