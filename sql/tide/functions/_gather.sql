create or replace function tide._gather(
  max_events int, out snapshot pg_snapshot, out crowded boolean, out messages tide.wire_message[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
-- stable: all of it reads the snapshot of the calling statement, so that events, rows and
-- summaries belong together
declare
  v_head record := tide._head();
  v_events tide.events[];
begin
  select p.snapshot into snapshot from tide.planned_ticks p order by p.position limit 1;
  if not found then
    crowded := tide._has_more(v_head.snapshot, v_head.after_id, max_events);
    snapshot := tide._snapshot();
  end if;
  if crowded then
    return;
  end if;
  v_events := array(
    select e from tide._events_after(v_head.snapshot, v_head.after_id, v_head.former_snapshot) e
    where e.id <= v_head.after_id or pg_visible_in_snapshot(e.xid, _gather.snapshot)
    order by e.id);
  perform set_config('tide.as_of', snapshot::text, true);
  messages := array(
    select m from tide._messages(
      v_events,
      array(select generate_series(v_head.sequence + 1, v_head.sequence + cardinality(v_events))),
      v_head.sequence + cardinality(v_events)) m);
  perform set_config('tide.as_of', '', true);
end
$$;
comment on function tide._gather(int, out pg_snapshot, out boolean, out tide.wire_message[]) is
  'The next tick''s snapshot and messages; crowded when the backlog must be cut first.';
