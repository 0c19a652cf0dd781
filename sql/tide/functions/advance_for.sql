create or replace function tide.advance_for(topics text[], max_events int default null)
returns setof tide.wire_message
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off -- compiling takes longer than a tick
set work_mem = '64MB' -- a tick is sorted in memory
set random_page_cost = 1.1 -- and what it reads was just written
set lock_timeout = '1s' -- whoever locks a watched table loses its rows, not everybody the stream
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
  perform tide._plan_restored(v_epoch);
  for v_round in 1 .. 3 loop
    -- again, if much came while the stock was taken
    exit when not tide._has_more(v_max);
    perform tide._take_stock(v_max);
  end loop;
  begin
    v_tick := tide._gather(v_max, topics, false);
  exception when others then
    -- more than the server can hold at once must not stop everybody's stream
    perform tide._report('tide.events', format('a tick was told without its rows: %s', sqlerrm));
    v_tick := tide._gather(v_max, topics, true);
  end;
  if cardinality(v_tick.events) = 0 then
    return;
  end if;
  perform tide._fold(v_tick.snapshot, v_tick.sums);
  perform tide._store_ticks(v_epoch.number, v_tick.tick, v_tick.told, v_tick.ticks);
  if v_tick.left_over > 0 then
    insert into tide.planned_ticks (position, snapshot, count)
    select coalesce(max(p.position), 0) + 1, v_tick.snapshot, v_tick.left_over
    from tide.planned_ticks p;
  end if;
  -- an entry takes 60 bytes at least, so of more the notification has no room
  perform tide._announce(v_epoch.epoch, v_tick.told, cardinality(v_tick.events),
    v_tick.events[:128]);
  return query select m.* from unnest(v_tick.messages) m;
end
$$;
comment on function tide.advance_for(text[], int) is
  'tide.advance() for who does not listen to everything: makes the same tick, with messages of '
  'what any of these topics hears, null for all. Making messages is most of the work of a tick.';
