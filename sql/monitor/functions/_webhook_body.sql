create or replace function monitor._webhook_body(webhook monitor.webhooks) returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(webhook) || jsonb_build_object(
    'sequence', (
      select c.sequence from tide.consumers c where c.name = monitor._consumer_of(webhook.id)
    ),
    'pending', (
      select count(*) from monitor.deliveries d
      where d.webhook_id = webhook.id and d.status = 'pending'
    ),
    'dead', (
      select count(*) from monitor.deliveries d
      where d.webhook_id = webhook.id and d.status = 'dead'
    ))
$$;
comment on function monitor._webhook_body(monitor.webhooks) is
  'A webhook as people see it: with the position up to which it is queued, and what waits.';
