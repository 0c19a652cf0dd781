create or replace function monitor.list_alerts(
  user_id uuid,
  filter jsonb default '{}',
  after uuid default null,
  max_rows int default 50,
  out items jsonb,
  out next_id uuid
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform monitor._insist_on_operator(user_id);
  select p.items, p.next_id into items, next_id
  from monitor._page(array(
    select to_jsonb(a)
    from monitor.alerts a
    where (list_alerts.after is null or a.id < list_alerts.after)
      and case when filter ? 'status' then filter -> 'status' ? a.status
        else a.status <> 'resolved' end
      and (not filter ? 'severity' or filter -> 'severity' ? a.severity)
      and (not filter ? 'key' or a.key = filter ->> 'key')
    order by a.id desc
    limit list_alerts.max_rows + 1
  ), list_alerts.max_rows) p;
end
$$;
comment on function monitor.list_alerts(uuid, jsonb, uuid, int) is
  'A page of alerts, newest first. filter: {status: […], severity: […], key}; without a status '
  'those that are not resolved.';
