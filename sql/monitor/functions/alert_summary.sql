create or replace function monitor.alert_summary(user_id uuid) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform monitor._insist_on_operator(user_id);
  return (
    select jsonb_build_object(
      'open', count(*) filter (where a.status = 'open'),
      'acknowledged', count(*) filter (where a.status = 'acknowledged'),
      'silenced', count(*) filter (where a.status <> 'resolved' and a.silence_ends_at > now()),
      'by_severity', jsonb_build_object(
        'info', count(*) filter (where a.status <> 'resolved' and a.severity = 'info'),
        'warning', count(*) filter (where a.status <> 'resolved' and a.severity = 'warning'),
        'critical', count(*) filter (where a.status <> 'resolved' and a.severity = 'critical')),
      'oldest_open_at', min(a.opened_at) filter (where a.status = 'open'),
      'opened_24h', count(*) filter (where a.opened_at > now() - interval '24 hours'),
      'resolved_24h', count(*) filter (where a.resolved_at > now() - interval '24 hours'),
      'seconds_to_acknowledge_24h', round(extract(epoch from avg(a.acknowledged_at - a.opened_at)
        filter (where a.acknowledged_at > now() - interval '24 hours')), 1),
      'seconds_to_resolve_24h', round(extract(epoch from avg(a.resolved_at - a.opened_at)
        filter (where a.resolved_at > now() - interval '24 hours')), 1),
      'asOf', (tide.position()).sequence)
    from monitor.alerts a
    where a.status <> 'resolved' or a.opened_at > now() - interval '24 hours'
      or a.resolved_at > now() - interval '24 hours'
  );
end
$$;
comment on function monitor.alert_summary(uuid) is
  'How many alerts stand how, and how long people took in the last 24 hours.';
