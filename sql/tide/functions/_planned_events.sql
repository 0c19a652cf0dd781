create or replace function tide._planned_events(ticks tide.planned_ticks[]) returns tide.events[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head record := tide._head();
  v_events tide.events[] := '{}';
  v_tick tide.planned_ticks;
begin
  foreach v_tick in array ticks loop
    v_events := v_events || array(
      select e from tide._events_after(
        v_head.snapshot, v_head.after_id, v_head.former_snapshot, v_tick.snapshot) e
      order by e.id);
    v_head.snapshot := v_tick.snapshot;
    v_head.former_snapshot := null;
  end loop;
  return v_events;
end
$$;
comment on function tide._planned_events(tide.planned_ticks[]) is
  'The events of the next planned ticks, in order.';
