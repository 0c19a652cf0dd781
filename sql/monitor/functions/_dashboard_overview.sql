create or replace function monitor._dashboard_overview() returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'alerts', monitor.alert_summary(null),
    'newest_alerts', (
      select coalesce(jsonb_agg(to_jsonb(a) - 'detail' order by a.id desc), '[]')
      from (
        select x.* from monitor.alerts x where x.status <> 'resolved' order by x.id desc limit 10
      ) a
    ),
    'webhooks', (
      select jsonb_build_object(
        'active', count(*) filter (where w.status = 'active'),
        'failing', count(*) filter (where w.failing_since_at is not null),
        'paused', count(*) filter (where w.status = 'paused'),
        'disabled', count(*) filter (where w.status = 'disabled'))
      from monitor.webhooks w
    ),
    'anomalies', (select count(*) from monitor.anomalies a where a.ended_at is null),
    'rules', (
      select coalesce(jsonb_object_agg(r.state, r.count), '{}')
      from (select x.state, count(*) from monitor.rules x where x.is_enabled group by 1) r
    ),
    'connections', monitor.measure('connections', 'max', '1 min'),
    'backlog', tide.pending_count(),
    'events_per_second', round(monitor.measure('events', 'per_second', '1 min')::numeric, 1),
    'commit_to_send_p99_ms', round(monitor.measure('commit_to_send', 'p99')::numeric, 2),
    'error_rate', (select e.error_rate from monitor.error_rate e))
$$;
comment on function monitor._dashboard_overview() is 'What an operator wants to know first.';
