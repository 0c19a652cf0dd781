create or replace function monitor._dashboard_anomalies() returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('active', coalesce(
      jsonb_agg(to_jsonb(a) || jsonb_build_object('name', m.name, 'labels', m.labels)
        order by a.score desc) filter (where a.ended_at is null), '[]'),
    'ended_24h', coalesce(
      jsonb_agg(to_jsonb(a) || jsonb_build_object('name', m.name, 'labels', m.labels)
        order by a.ended_at desc) filter (where a.ended_at is not null), '[]'))
  from monitor.anomalies a
  join monitor.metrics m on m.id = a.metric_id
  where a.ended_at is null or a.ended_at > now() - interval '24 hours'
$$;
comment on function monitor._dashboard_anomalies() is
  'What is not as usual, the strangest first, and what was so in the last 24 hours.';
