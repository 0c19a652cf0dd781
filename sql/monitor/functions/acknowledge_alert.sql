create or replace function monitor.acknowledge_alert(user_id uuid, alert_id uuid) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_alert monitor.alerts;
begin
  perform monitor._insist_on_operator(user_id);
  perform monitor._alert(alert_id);
  update monitor.alerts a
  set status = 'acknowledged',
    acknowledged_at = coalesce(a.acknowledged_at, now()),
    acknowledged_by = coalesce(a.acknowledged_by, monitor._who())
  where a.id = acknowledge_alert.alert_id
  returning a.* into v_alert;
  return to_jsonb(v_alert);
end
$$;
comment on function monitor.acknowledge_alert(uuid, uuid) is
  'Somebody has seen it and sees to it: who, and when, is kept of the first one.';
