create or replace function monitor.take_deliveries(
  webhook_id uuid, node uuid, max_rows int default 200
) returns table (id uuid, message_id text, topic text, body text, attempt int)
language plpgsql volatile security definer rows 200
set search_path = pg_catalog, pg_temp
as $$
-- security definer: deliveries are the owner's
begin
  perform monitor._insist_on_claim(webhook_id, node);
  return query
    with held as materialized (
      select e.topic, min(e.number) as number
      from monitor.deliveries e
      where e.webhook_id = take_deliveries.webhook_id and e.status = 'pending'
        and e.next_attempt_at > now()
      group by e.topic
    )
    select d.id, d.message_id, d.topic, d.body, d.attempt_count + 1
    from monitor.deliveries d
    left join held h on h.topic = d.topic
    where d.webhook_id = take_deliveries.webhook_id and d.status = 'pending'
      and (h.number is null or d.number < h.number)
    order by d.number
    limit max_rows;
end
$$;
comment on function monitor.take_deliveries(uuid, uuid, int) is
  'What this node is to send now, in this order within a topic: nothing of a topic whose first '
  'waits for its next attempt.';
