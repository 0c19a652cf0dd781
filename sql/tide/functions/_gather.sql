create or replace function tide._gather(
  max_events int, topics text[], bare boolean, out tick bigint, out told bigint,
  out snapshot pg_snapshot, out ticks tide.planned_ticks[], out left_over int,
  out events tide.events[], out messages tide.wire_message[], out sums tide.pending_sum[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
-- stable: all of it reads the snapshot of the calling statement, so that events, rows and
-- summaries belong together
declare
  v_counted record := tide._counted();
  v_last int := coalesce((select max(p.position) from tide.planned_ticks p), 0);
  v_fresh tide.events[];
  v_heard record;
begin
  tick := v_counted.tick;
  told := v_counted.told;
  events := '{}';
  snapshot := tide._snapshot();
  v_fresh := tide._events_of(v_counted.snapshot, v_counted.after_id, v_counted.former_snapshot,
    snapshot, bare);
  if v_last > 0 then
    ticks := tide._next_planned(max_events);
    events := tide._planned_events(ticks, bare);
  end if;
  if cardinality(v_fresh) > 0 then
    left_over := cardinality(v_fresh);
    if v_last = 0 or v_last = ticks[cardinality(ticks)].position
      and cardinality(events) + cardinality(v_fresh) <= max_events
    then
      ticks := ticks || row(v_last + 1, snapshot, left_over)::tide.planned_ticks;
      events := events || v_fresh;
      left_over := 0;
    end if;
  end if;
  sums := case when not bare then tide._sums(v_fresh) end;
  v_heard := tide._listened(events, told, topics);
  messages := '{}';
  if cardinality(v_heard.events) > 0 then
    -- for tide.pending_sums(), while the snapshot is this one
    perform set_config('tide.sums',
      coalesce(pg_current_snapshot()::text || ' ' || sums::text, ''), true);
    messages := array(
      select m
      from tide._messages(
        v_heard.events, v_heard.sequences, v_counted.sequence + cardinality(v_fresh)) m);
    perform set_config('tide.sums', '', true);
  end if;
end
$$;
comment on function tide._gather(
  int, text[], boolean, out bigint, out bigint, out pg_snapshot, out tide.planned_ticks[],
  out int, out tide.events[], out tide.wire_message[], out tide.pending_sum[]
) is
  'What to tell after a tick and its last sequence: planned ticks, and what is neither counted '
  'nor planned if that fits, else so many are left over, and the sums to be folded. Rows and '
  'summaries are as of all that the caller''s snapshot shows. Messages are made of what any of '
  'the topics hears. bare as in tide._events_of().';
