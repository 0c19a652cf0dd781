create or replace function monitor.maintain() returns setof text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $$
-- security definer: what is past keeping is the owner's to delete
begin
  return query select * from monitor._make_metric_partitions('monitor.metric_minutes',
    interval '1 day', make_interval(days => monitor._setting('minutes_keep_days')));
  return query select * from monitor._make_metric_partitions('monitor.metric_hours',
    interval '1 month', make_interval(days => monitor._setting('hours_keep_days')));
  delete from monitor.deliveries d
  where d.status = 'delivered'
    and d.finished_at < now() - make_interval(hours => monitor._setting('delivered_keep_hours'));
  delete from monitor.deliveries d
  where d.status = 'dead'
    and d.finished_at < now() - make_interval(hours => monitor._setting('dead_keep_hours'));
  delete from monitor.alerts a
  where a.resolved_at < now() - make_interval(days => monitor._setting('alerts_keep_days'));
  delete from monitor.anomalies a
  where a.ended_at < now() - make_interval(days => monitor._setting('alerts_keep_days'));
  delete from monitor.webhook_secrets s where s.expires_at < now();
end
$$;
comment on function monitor.maintain() is
  'Makes partitions ahead and drops those past keeping; forgets old deliveries, alerts and '
  'secrets. The service calls it every minute; cron may.';
