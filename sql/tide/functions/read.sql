create or replace function tide.read(
  after_sequence bigint, max_events int default 1000, topics text[] default null
) returns setof tide.message
language plpgsql stable security definer rows 1000
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off -- compiling takes longer than a tick
set work_mem = '64MB' -- a tick is sorted in memory
as $$
-- security definer: the log is readable by its owner only; grants decide who may call this
declare
  v_tick bigint;
  v_events tide.events[] := '{}';
  v_sequences bigint[] := '{}';
  v_found record;
  v_as_of bigint;
begin
  perform tide._check_position(read.after_sequence);
  for v_tick in
    select t.number from tide.ticks t
    where t.last_sequence > read.after_sequence order by t.last_sequence
  loop
    select array_agg(x.event order by x.sequence) as events,
      array_agg(x.sequence order by x.sequence) as sequences into v_found
    from (
      select e.event, e.sequence from tide._tick_events(v_tick) e
      where e.sequence > read.after_sequence
        and (read.topics is null or (e.event).topics && read.topics)
      order by e.sequence limit read.max_events - cardinality(v_events)
    ) x;
    v_events := v_events || coalesce(v_found.events, '{}');
    v_sequences := v_sequences || coalesce(v_found.sequences, '{}');
    exit when cardinality(v_events) >= read.max_events;
  end loop;
  v_as_of := tide.as_of_head();
  return query
    select m.sequence, m.txid, m.entity, m.action, m.key, m.topics, m.source, m.actor,
      m.correlation_id, m.at, m.record::jsonb, m.delta::jsonb, m.cascade::jsonb, m.as_of, m.count,
      m.session_id
    from tide._messages(v_events, v_sequences, v_as_of) m;
  perform set_config('tide.as_of', '', true);
end
$$;
comment on function tide.read(bigint, int, text[]) is
  'Events after a sequence, in order, of any of the topics; record and cascade as of as_of. Raises '
  'TG410 when the position is not in the log any more, or not yet: take a new sync.';
