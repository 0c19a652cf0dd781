create or replace function tide._planned_events(ticks tide.planned_ticks[], bare boolean)
returns tide.events[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head record := tide._head();
  v_events tide.events[] := '{}';
  v_tick tide.planned_ticks;
begin
  foreach v_tick in array ticks loop
    v_events := v_events || tide._events_of(v_head.snapshot, v_head.after_id,
      v_head.former_snapshot, v_tick.snapshot, bare);
    v_head.snapshot := v_tick.snapshot;
    v_head.former_snapshot := null;
  end loop;
  return v_events;
end
$$;
comment on function tide._planned_events(tide.planned_ticks[], boolean) is
  'The events of the next planned ticks, in order.';
