create or replace function monitor._alert(alert_id uuid) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_alert monitor.alerts;
begin
  select a.* into v_alert from monitor.alerts a where a.id = alert_id for update;
  if not found then
    raise no_data_found using
      message = format('alert %s does not exist', alert_id), constraint = 'alert_exists';
  elsif v_alert.status = 'resolved' then
    raise check_violation using
      message = 'the alert is resolved', constraint = 'alert_is_not_resolved', column = 'status';
  end if;
  return to_jsonb(v_alert);
end
$$;
comment on function monitor._alert(uuid) is
  'Locks an alert that is about to change; refuses one that is resolved or does not exist.';
