create or replace function tide._read(
  after_sequence bigint, max_events int, topics text[], bare boolean
) returns tide.wire_message[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tick bigint;
  v_events tide.events[] := '{}';
  v_sequences bigint[] := '{}';
  v_found record;
begin
  for v_tick in
    select t.number from tide.ticks t
    where t.last_sequence > after_sequence order by t.last_sequence
  loop
    select array_agg(x.event order by x.sequence) as events,
      array_agg(x.sequence order by x.sequence) as sequences into v_found
    from (
      select e.event, e.sequence from tide._tick_events(v_tick, bare) e
      where e.sequence > after_sequence
        and (_read.topics is null or (e.event).topics && _read.topics)
      order by e.sequence limit max_events - cardinality(v_events)
    ) x;
    v_events := v_events || coalesce(v_found.events, '{}');
    v_sequences := v_sequences || coalesce(v_found.sequences, '{}');
    exit when cardinality(v_events) >= max_events;
  end loop;
  return array(select m from tide._messages(v_events, v_sequences, tide.as_of_head()) m);
end
$$;
comment on function tide._read(bigint, int, text[], boolean) is
  'What tide.read() answers; bare as in tide._events_of().';
