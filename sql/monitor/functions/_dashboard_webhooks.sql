create or replace function monitor._dashboard_webhooks() returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('webhooks', coalesce(jsonb_agg(
    jsonb_build_object(
      'id', w.id, 'name', w.name, 'url', w.url, 'status', w.status,
      'status_reason', w.status_reason, 'failing_since_at', w.failing_since_at,
      'pending', d.pending, 'dead', d.dead, 'delivered_1h', d.delivered, 'behind',
      greatest((tide.position()).sequence - c.sequence, 0), 'oldest_pending_at', d.oldest)
    order by w.failing_since_at nulls last, w.id), '[]'))
  from monitor.webhooks w
  left join tide.consumers c on c.name = monitor._consumer_of(w.id)
  cross join lateral (
    select
      count(*) filter (where x.status = 'pending') as pending,
      min(x.created_at) filter (where x.status = 'pending') as oldest,
      count(*) filter (where x.status = 'dead') as dead,
      count(*) filter (where x.status = 'delivered'
        and x.finished_at > now() - interval '1 hour') as delivered
    from monitor.deliveries x
    where x.webhook_id = w.id
  ) d
$$;
comment on function monitor._dashboard_webhooks() is
  'How every webhook does: the failing ones first.';
