create or replace function monitor.comment_alert(user_id uuid, alert_id uuid, body text)
returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_comment monitor.alert_comments;
begin
  perform monitor._insist_on_operator(user_id);
  if not exists (select from monitor.alerts a where a.id = comment_alert.alert_id) then
    raise no_data_found using
      message = format('alert %s does not exist', alert_id), constraint = 'alert_exists';
  end if;
  insert into monitor.alert_comments as c (alert_id, author, body)
  values (comment_alert.alert_id, monitor._who(), comment_alert.body)
  returning c.* into v_comment;
  return to_jsonb(v_comment);
end
$$;
comment on function monitor.comment_alert(uuid, uuid, text) is
  'Says something about an alert, resolved or not.';
