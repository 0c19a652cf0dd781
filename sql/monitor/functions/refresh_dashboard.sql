create or replace function monitor.refresh_dashboard(part text default null) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: it sums up what is everybody's
declare
  v_part text;
  v_body jsonb;
begin
  foreach v_part in array '{overview,webhooks,performance,anomalies}'::text[] loop
    continue when v_part <> refresh_dashboard.part;
    v_body := case v_part
      when 'overview' then monitor._dashboard_overview()
      when 'webhooks' then monitor._dashboard_webhooks()
      when 'performance' then monitor._dashboard_performance()
      else monitor._dashboard_anomalies()
    end;
    insert into monitor.dashboards as d (part, body, as_of)
    values (v_part, v_body, (tide.position()).sequence)
    on conflict on constraint dashboards_pkey do update
    set body = excluded.body, as_of = excluded.as_of, made_at = now();
  end loop;
end
$$;
comment on function monitor.refresh_dashboard(text) is
  'Computes dashboards anew, all or one: every minute, and when what they tell has changed.';
