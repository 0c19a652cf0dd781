create or replace function monitor.dashboard(user_id uuid, part text default null) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parts text[] := case when dashboard.part is not null then array[dashboard.part]
    else '{overview,webhooks,performance,anomalies}' end;
  v_part text;
  v_dashboards jsonb;
begin
  perform monitor._insist_on_operator(user_id);
  for v_part in
    select p.name from unnest(v_parts) p (name)
    where not exists (
      select from monitor.dashboards d
      where d.part = p.name and d.made_at > now() - interval '2 min'
    )
  loop
    perform monitor.refresh_dashboard(v_part);
  end loop;
  select jsonb_object_agg(d.part, d.body || jsonb_build_object('asOf', d.as_of,
    'made_at', d.made_at)) into v_dashboards
  from monitor.dashboards d
  where d.part = any (v_parts);
  return case when dashboard.part is null
    then v_dashboards || jsonb_build_object('asOf', (
      select min(d.as_of) from monitor.dashboards d))
    else v_dashboards -> dashboard.part end;
end
$$;
comment on function monitor.dashboard(uuid, text) is
  'A dashboard as it was computed last, with asOf; computed now where nobody has for '
  'two minutes. All of them without a part.';
