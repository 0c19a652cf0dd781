create or replace function tide._events_of(
  snapshot pg_snapshot, after_id bigint, former_snapshot pg_snapshot, up_to pg_snapshot,
  bare boolean
) returns tide.events[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if bare then
    -- column by column: a whole row would be unpacked to leave its largest parts out
    return array(
      select row(e.id, e.xid, e.at, e.entity, e.action, null, e.count, e.topics, e.source, e.actor,
        e.session_id, e.correlation_id, null, null, null)::tide.events
      from tide._events_after(snapshot, after_id, former_snapshot, up_to) e
      order by e.id);
  end if;
  return array(
    select e from tide._events_after(snapshot, after_id, former_snapshot, up_to) e
    order by e.id);
end
$$;
comment on function tide._events_of(pg_snapshot, bigint, pg_snapshot, pg_snapshot, boolean) is
  'What tide._events_after() returns, in order; bare without keys, rows and what changed, like '
  'the events of a big statement: what they are about is to be read again.';
