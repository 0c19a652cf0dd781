create or replace function tide._plan_restored(epoch tide.epochs) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now pg_snapshot := tide._snapshot();
begin
  delete from tide.planned_ticks;
  perform tide._fold(v_now);
  insert into tide.planned_ticks (position, snapshot, count)
  select 1, v_now, count(*)
  from tide._events_after('1:1:', epoch.last_event_id, epoch.former_snapshot, v_now)
  having count(*) > 0;
end
$$;
comment on function tide._plan_restored(tide.epochs) is
  'Counts what a restored log had not counted, and plans one tick of all that it had not told: '
  'ticks that were planned in the former cluster mean nothing in this one.';
