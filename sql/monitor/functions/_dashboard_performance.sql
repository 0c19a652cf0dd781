create or replace function monitor._dashboard_performance() returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'now', (
      select coalesce(jsonb_object_agg(k.name, case k.kind
        when 'count' then jsonb_build_object('per_second',
          round(monitor.measure(k.name, 'per_second')::numeric, 3))
        when 'level' then jsonb_build_object(
          'avg', round(monitor.measure(k.name, 'avg')::numeric, 2),
          'max', monitor.measure(k.name, 'max'))
        else jsonb_build_object('avg', round(monitor.measure(k.name, 'avg')::numeric, 3),
          'p50', round(monitor.measure(k.name, 'p50')::numeric, 3),
          'p95', round(monitor.measure(k.name, 'p95')::numeric, 3),
          'p99', round(monitor.measure(k.name, 'p99')::numeric, 3),
          'max', round(monitor.measure(k.name, 'max')::numeric, 3))
      end), '{}')
      from monitor.metric_kinds k
      where exists (select from monitor.metrics m where m.name = k.name)
    ),
    'minutes', (
      select coalesce(jsonb_object_agg(s.name, s.points), '{}')
      from (
        select r.name, jsonb_agg(jsonb_build_object('at', r.minute_at, 'count', r.count,
          'sum', r.sum, 'avg', r.avg, 'max', r.max) order by r.minute_at) as points
        from (
          select x.name, x.minute_at, sum(x.count) as count, sum(x.sum) as sum,
            sum(x.sum) / nullif(sum(x.count), 0) as avg, max(x.max) as max
          from monitor.minute_rollups x
          where x.minute_at > now() - interval '1 hour'
          group by 1, 2
        ) r
        group by r.name
      ) s
    ))
$$;
comment on function monitor._dashboard_performance() is
  'Every known metric over the last five minutes, and by minute over the last hour.';
