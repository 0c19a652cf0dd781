create or replace function tide.advance(max_events int default null) returns setof tide.wire_message
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off -- compiling takes longer than a tick
as $$
-- security definer: the service may tick, but write neither log nor summaries
declare
  v_max int := greatest(coalesce(max_events, tide._setting('max_events_per_tick'), 5000), 1);
  v_epoch tide.epochs;
  v_tick record;
begin
  if not tide._take_turn() then
    return;
  end if;
  v_epoch := tide._begin_epoch();
  v_tick := tide._gather(v_max);
  if v_tick.crowded then
    insert into tide.planned_ticks (position, snapshot, count)
    select * from tide._plan_ticks(v_max);
    v_tick := tide._gather(v_max);
  end if;
  if cardinality(v_tick.messages) = 0 then
    return;
  end if;
  delete from tide.planned_ticks p where p.position = (select min(f.position)
    from tide.planned_ticks f);
  perform tide._fold(v_tick.snapshot);
  insert into tide.ticks (number, epoch_number, snapshot, first_sequence, last_sequence)
  select h.tick + 1, v_epoch.number, v_tick.snapshot, h.sequence + 1,
    h.sequence + cardinality(v_tick.messages)
  from tide._head() h;
  perform tide._announce(v_tick.messages);
  return query select m.* from unnest(v_tick.messages) m;
end
$$;
comment on function tide.advance(int) is
  'Makes at most one tick: numbers what was committed since the last, folds it into the summaries '
  'and returns its messages. Nothing when nothing is new or somebody else is ticking. Publish them '
  'only after COMMIT.';
