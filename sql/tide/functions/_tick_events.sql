create or replace function tide._tick_events(tick_number bigint, bare boolean default false)
returns table (sequence bigint, event tide.events)
language plpgsql stable rows 300
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tick tide.ticks;
  v_epoch tide.epochs;
  v_former pg_snapshot;
  v_found bigint;
begin
  select * into v_tick from tide.ticks t where t.number = tick_number;
  select * into v_epoch from tide.epochs e where e.number = v_tick.epoch_number;
  select t.snapshot into v_former from tide.ticks t where t.number = tick_number - 1;
  if v_tick.number > v_epoch.first_tick then
    v_epoch.former_snapshot := null;
  elsif v_epoch.former_snapshot is not null or v_former is null then
    v_former := '1:1:';
  end if;
  if bare then
    return query
      select v_tick.first_sequence - 1 + e.nth, row(e.id, e.xid, e.at, e.entity, e.action, e.key,
        e.count, e.topics, e.source, e.actor, e.session_id, e.correlation_id, e.delta, e.image,
        e.sums)::tide.events
      from unnest(tide._events_of(v_former, v_epoch.last_event_id, v_epoch.former_snapshot,
        v_tick.snapshot, bare)) with ordinality as e (id, xid, at, entity, action, key, count,
        topics, source, actor, session_id, correlation_id, delta, image, sums, nth);
  else
    return query
      select v_tick.first_sequence - 1 + row_number() over (order by e.id), e
      from tide._events_after(
        v_former, v_epoch.last_event_id, v_epoch.former_snapshot, v_tick.snapshot) e;
  end if;
  get diagnostics v_found = row_count;
  -- a partition that was dropped is gone for older snapshots too
  if v_found <> v_tick.last_sequence - v_tick.first_sequence + 1 then
    raise exception 'of tick % the log has % events left', tick_number, v_found
      using errcode = 'TG410', hint = 'Take a new sync.';
  end if;
end
$$;
comment on function tide._tick_events(bigint, boolean) is
  'All events that a tick numbered, else TG410; bare as in tide._events_of().';
