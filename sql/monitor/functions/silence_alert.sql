create or replace function monitor.silence_alert(user_id uuid, alert_id uuid, seconds int)
returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_alert monitor.alerts;
begin
  perform monitor._insist_on_operator(user_id);
  if seconds is null or seconds not between 0 and 31536000 then
    raise invalid_parameter_value using
      message = 'a silence lasts 0 (it ends now) to 31536000 seconds',
      constraint = 'silence_seconds_is_up_to_a_year', column = 'seconds';
  end if;
  perform monitor._alert(alert_id);
  update monitor.alerts a
  set silence_ends_at = case when seconds > 0 then now() + make_interval(secs => seconds) end
  where a.id = silence_alert.alert_id
  returning a.* into v_alert;
  return to_jsonb(v_alert);
end
$$;
comment on function monitor.silence_alert(uuid, uuid, int) is
  'Keeps an alert, and what is raised under its key, quiet for a while; 0 ends that.';
