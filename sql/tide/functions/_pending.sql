create or replace function tide._pending() returns setof tide.events
language plpgsql stable rows 300
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head record;
  v_as_of pg_snapshot := nullif(current_setting('tide.as_of', true), '')::pg_snapshot;
begin
  v_head := tide._head();
  if v_as_of is null then
    return query select * from tide._events_after(
      v_head.snapshot, v_head.after_id, v_head.former_snapshot);
  elsif v_as_of::text <> v_head.snapshot::text or v_head.former_snapshot is not null then
    return query select * from tide._events_after(
      v_head.snapshot, v_head.after_id, v_head.former_snapshot) e
    where e.id <= v_head.after_id or pg_visible_in_snapshot(e.xid, v_as_of);
  end if;
end
$$;
comment on function tide._pending() is
  'Events that no tick has numbered yet, at the caller''s snapshot; fewer after tide.as_of_head().';
