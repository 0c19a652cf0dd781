create or replace function monitor.get_alert(user_id uuid, alert_id uuid) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform monitor._insist_on_operator(user_id);
  return (
    select to_jsonb(a) || jsonb_build_object('comments', coalesce(
      (
        select jsonb_agg(to_jsonb(c) order by c.id)
        from monitor.alert_comments c where c.alert_id = a.id
      ), '[]'))
    from monitor.alerts a
    where a.id = get_alert.alert_id
  );
end
$$;
comment on function monitor.get_alert(uuid, uuid) is
  'An alert with its comments, null when there is none.';
