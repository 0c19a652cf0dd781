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
  v_messages tide.wire_message[];
begin
  perform tide._check_position(read.after_sequence);
  begin
    v_messages := tide._read(read.after_sequence, read.max_events, read.topics, false);
  exception when sqlstate 'TG410' then
    raise;
  when others then
    -- more than the server can hold at once: whoever works through the log must get past it
    raise warning 'events after % are told without their rows: %', read.after_sequence, sqlerrm;
    v_messages := tide._read(read.after_sequence, read.max_events, read.topics, true);
  end;
  return query
    select m.sequence, m.txid, m.entity, m.action, m.key, m.topics, m.source, m.actor,
      m.correlation_id, m.at, m.record::jsonb, m.delta::jsonb, m.cascade::jsonb, m.as_of, m.count,
      m.session_id, m.record_topics
    from unnest(v_messages) m;
  perform set_config('tide.as_of', '', true);
end
$$;
comment on function tide.read(bigint, int, text[]) is
  'Events after a sequence, in order, of any of the topics; record and cascade as of as_of. Raises '
  'TG410 when the position is not in the log any more, or not yet: take a new sync.';
