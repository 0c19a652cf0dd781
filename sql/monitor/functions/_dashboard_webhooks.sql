create or replace function monitor._dashboard_webhooks() returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with taken as (
    select x.webhook_id, count(*) as count
    from monitor.deliveries x
    where x.finished_at > now() - interval '1 hour' and x.status = 'delivered'
    group by 1
  )
  select jsonb_build_object('webhooks', coalesce(jsonb_agg(
    jsonb_build_object(
      'id', w.id, 'name', w.name, 'url', w.url, 'status', w.status,
      'status_reason', w.status_reason, 'failing_since_at', w.failing_since_at,
      'pending', p.count, 'dead', (
        select count(*) from monitor.deliveries x where x.webhook_id = w.id and x.status = 'dead'
      ),
      'delivered_1h', coalesce(t.count, 0),
      'behind', greatest((tide.position()).sequence - c.sequence, 0),
      'oldest_pending_at', p.oldest_at)
    order by w.failing_since_at nulls last, w.id), '[]'))
  from monitor.webhooks w
  left join tide.consumers c on c.name = monitor._consumer_of(w.id)
  left join taken t on t.webhook_id = w.id
  cross join lateral (
    select count(*) as count, min(x.created_at) as oldest_at
    from monitor.deliveries x
    where x.webhook_id = w.id and x.status = 'pending'
  ) p
$$;
comment on function monitor._dashboard_webhooks() is
  'How every webhook does: the failing ones first.';
