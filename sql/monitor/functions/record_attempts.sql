create or replace function monitor.record_attempts(webhook_id uuid, outcomes jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: deliveries are the owner's
begin
  update monitor.deliveries d
  set status = o.status,
    attempt_count = d.attempt_count + 1,
    attempts = d.attempts || o.attempt,
    next_attempt_at = coalesce(now() + o.delay, d.next_attempt_at),
    finished_at = case when o.status <> 'pending' then now() end
  from (
    select x.id, x.attempt, r.delay, case
        when x.is_taken then 'delivered' when r.delay is null then 'dead' else 'pending'
      end as status
    from jsonb_to_recordset(outcomes)
      x (id uuid, is_taken boolean, retry_after int, attempt jsonb)
    join monitor.deliveries p on p.webhook_id = record_attempts.webhook_id and p.id = x.id
    left join lateral (
      select monitor._retry_delay(p.attempt_count + 1, x.retry_after) as delay
      where not x.is_taken
    ) r on true
  ) o
  where d.webhook_id = record_attempts.webhook_id and d.id = o.id and d.status = 'pending';
  perform monitor._judge_webhook(webhook_id,
    exists (select from jsonb_array_elements(outcomes) x where x -> 'is_taken' = 'true'),
    exists (select from jsonb_array_elements(outcomes) x where x -> 'is_taken' = 'false'),
    exists (select from jsonb_array_elements(outcomes) x where x #> '{attempt,status}' = '410'));
end
$$;
comment on function monitor.record_attempts(uuid, jsonb) is
  'What became of attempts: [{id, is_taken, retry_after, attempt}…], each delivered, to be tried '
  'again, or, after the eighth, dead; and what that says of the webhook.';
