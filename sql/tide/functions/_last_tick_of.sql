create or replace function tide._last_tick_of(partition regclass) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head record := tide._head();
  v_top xid8;
  v_pending boolean;
begin
  execute format(
    'select bool_or(not pg_visible_in_snapshot(e.xid, case when e.id > $2 then $1 else $3 end)),
       max(e.xid::text::numeric)::text::xid8 from %s e', partition)
    into v_pending, v_top using v_head.snapshot, v_head.after_id, v_head.former_snapshot;
  if v_pending then
    return null;
  end if;
  -- by then all its transactions were over, and numbered
  return coalesce(
    (select min(t.number) from tide.ticks t where pg_snapshot_xmin(t.snapshot) > v_top),
    case when v_top is null then 0 else v_head.tick end);
end
$$;
comment on function tide._last_tick_of(regclass) is
  'A tick by which every event of a partition was numbered; null while some are pending.';
