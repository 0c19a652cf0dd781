create or replace function tide._plan_restored(epoch tide.epochs) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now pg_snapshot;
begin
  if epoch.former_snapshot is null or (tide._head()).tick >= epoch.first_tick then
    return;
  end if;
  v_now := tide._snapshot();
  perform tide._fold(v_now);
  insert into tide.planned_ticks (position, snapshot, count)
  select 1, v_now, count(*)
  from tide._events_after('1:1:', epoch.last_event_id, epoch.former_snapshot, v_now)
  having count(*) > 0;
end
$$;
comment on function tide._plan_restored(tide.epochs) is
  'Before the first tick of a restored log: counts what it had not counted, and plans one tick of '
  'all that it had not told. Ticks planned in the former cluster mean nothing in this one.';
