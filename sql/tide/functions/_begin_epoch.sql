create or replace function tide._begin_epoch() returns tide.epochs
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_last tide.epochs;
  v_tick tide.ticks;
  v_next tide.epochs;
  v_restored boolean;
begin
  select * into v_last from tide.epochs e order by e.number desc limit 1;
  select * into v_tick from tide.ticks t order by t.number desc limit 1;
  if v_last.fingerprint = tide._fingerprint() and v_last.timeline = tide._timeline() then
    return v_last;
  end if;
  v_restored := (tide._head()).restored;
  insert into tide.epochs
    (number, epoch, fingerprint, timeline, first_tick, last_event_id, former_snapshot,
      former_counted)
  values (
    coalesce(v_last.number, 0) + 1, tide.uuid_v7(), tide._fingerprint(), tide._timeline(),
    coalesce(v_tick.number, 0) + 1,
    case when v_restored then tide._restored_up_to() else coalesce(v_last.last_event_id, 0) end,
    case when v_restored then v_tick.snapshot end,
    case when v_restored then (tide._counted()).former_snapshot end
  )
  returning * into v_next;
  delete from tide.planned_ticks where v_restored;
  return v_next;
end
$$;
comment on function tide._begin_epoch() is
  'The present epoch; begins a new one when cluster, database, log or timeline are not the former.';
