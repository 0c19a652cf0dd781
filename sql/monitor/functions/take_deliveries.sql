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
    select d.id, d.message_id, d.topic, d.body, d.attempt_count + 1
    from monitor.deliveries d
    where d.webhook_id = take_deliveries.webhook_id and d.status = 'pending'
      and not exists (
        select from monitor.deliveries e
        where e.webhook_id = d.webhook_id and e.topic = d.topic and e.status = 'pending'
          and e.number <= d.number and e.next_attempt_at > now()
      )
    order by d.number
    limit max_rows;
end
$$;
comment on function monitor.take_deliveries(uuid, uuid, int) is
  'What this node is to send now, in this order within a topic: nothing of a topic whose first '
  'waits for its next attempt.';
