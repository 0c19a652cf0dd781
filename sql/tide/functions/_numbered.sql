create or replace function tide._numbered(events tide.events[], sequences bigint[])
returns table (ordinal int, sequence bigint, event tide.events)
language plpgsql stable rows 1000
set search_path = pg_catalog, pg_temp
as $$
begin
  -- a function with an honest row estimate: unnest() of a parameter is taken for ten rows, and
  -- joins planned for ten rows are quadratic
  return query
    select e.i::int, _numbered.sequences[e.i], e.event
    from (
      select u.i, row(u.id, u.xid, u.at, u.entity, u.action, u.key, u.count, u.topics, u.source,
        u.actor, u.session_id, u.correlation_id, u.delta, u.image, u.sums)::tide.events as event
      from unnest(_numbered.events) with ordinality as u (id, xid, at, entity, action, key, count,
        topics, source, actor, session_id, correlation_id, delta, image, sums, i)
    ) e;
end
$$;
comment on function tide._numbered(tide.events[], bigint[]) is 'Events as rows, with their sequences.';
