create or replace function monitor.resolve_alert(user_id uuid, alert_id uuid) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_alert monitor.alerts;
begin
  perform monitor._insist_on_operator(user_id);
  perform monitor._alert(alert_id);
  update monitor.alerts a
  set status = 'resolved', resolved_at = now(), resolved_by = monitor._who()
  where a.id = resolve_alert.alert_id
  returning a.* into v_alert;
  return to_jsonb(v_alert);
end
$$;
comment on function monitor.resolve_alert(uuid, uuid) is
  'It is over. What raised it opens another one should it come back.';
