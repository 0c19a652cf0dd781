create or replace function monitor.dashboard(user_id uuid, part text default null) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: it sums up what is everybody's
declare
  v_stamp jsonb := jsonb_build_object('asOf', (tide.position()).sequence, 'made_at', now());
begin
  perform monitor._insist_on_operator(user_id);
  return case dashboard.part
    when 'overview' then monitor._dashboard_overview() || v_stamp
    when 'webhooks' then monitor._dashboard_webhooks() || v_stamp
    when 'performance' then monitor._dashboard_performance() || v_stamp
    when 'anomalies' then monitor._dashboard_anomalies() || v_stamp
    else jsonb_build_object(
      'overview', monitor._dashboard_overview() || v_stamp,
      'webhooks', monitor._dashboard_webhooks() || v_stamp,
      'performance', monitor._dashboard_performance() || v_stamp,
      'anomalies', monitor._dashboard_anomalies() || v_stamp,
      'asOf', v_stamp -> 'asOf')
  end;
end
$$;
comment on function monitor.dashboard(uuid, text) is
  'A part of the dashboard (overview, webhooks, performance, anomalies), or all of it, computed '
  'now, for administrators. Events up to asOf are in it. The service keeps answers, see README.md.';
