create or replace function monitor.open_page(
  webhook_id uuid, node uuid, max_events int default 1000, out consumer text, out epoch uuid,
  out after_sequence bigint, out upto bigint, out topics text[], out entities text[],
  out actions text[]
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: positions are the owner's
declare
  v_waiting int := (
    select count(*) from (
      select from monitor.deliveries d
      where d.webhook_id = open_page.webhook_id and d.status = 'pending'
      limit monitor._setting('pending_max')
    ) p
  );
begin
  perform monitor._insist_on_claim(webhook_id, node);
  select w.topics, w.entities, w.actions, monitor._consumer_of(w.id)
  into topics, entities, actions, consumer
  from monitor.webhooks w where w.id = open_page.webhook_id and w.status = 'active';
  topics := monitor.hears(webhook_id, topics);
  if cardinality(topics) = 0 and consumer is not null then
    perform monitor._disable_webhook(webhook_id, 'its owner may hear none of its topics any more');
    consumer := null;
  end if;
  update tide.consumers c set topics = open_page.topics
  where c.name = consumer and c.topics is distinct from open_page.topics;
  select c.epoch, c.sequence into open_page.epoch, after_sequence
  from tide.consumers c where c.name = consumer;
  if open_page.epoch <> (tide.position()).epoch then
    raise exception 'webhook % stands in another epoch', webhook_id using errcode = 'TG410';
  elsif v_waiting < monitor._setting('pending_max') then
    upto := monitor._end_of_page(after_sequence, max_events);
  end if;
end
$$;
comment on function monitor.open_page(
  uuid, uuid, int, out text, out uuid, out bigint, out bigint, out text[], out text[], out text[]
) is
  'What a webhook''s node is to read next: tide.consume(consumer, …) up to upto, where a tick '
  'ends; null when nothing is new, or too much waits. topics: those the owner may hear. TG410 in '
  'another epoch.';
