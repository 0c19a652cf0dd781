create or replace function tide._gather(
  max_events int, out snapshot pg_snapshot, out events bigint, out messages tide.message[]
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
    snapshot := tide._snapshot();
    select count(*) into events from (
      select from tide._events_after(v_head.snapshot, v_head.after_id, v_head.former_snapshot) e
      limit max_events + 1) x;
    if events = 0 or events > max_events then
      return;
    end if;
  end if;
  v_events := array(
    select e from tide._events_after(v_head.snapshot, v_head.after_id, v_head.former_snapshot) e
    where e.id <= v_head.after_id or pg_visible_in_snapshot(e.xid, _gather.snapshot)
    order by e.id);
  events := cardinality(v_events);
  perform set_config('tide.as_of', snapshot::text, true);
  messages := array(
    select m from tide._messages(
      v_events,
      array(select generate_series(v_head.sequence + 1, v_head.sequence + events)),
      v_head.sequence + events) m);
  perform set_config('tide.as_of', '', true);
end
$$;
comment on function tide._gather(int, out pg_snapshot, out bigint, out tide.message[]) is
  'What the next tick holds: nothing, or its snapshot and messages; no messages and more events '
  'than max_events when the backlog must be cut first.';
