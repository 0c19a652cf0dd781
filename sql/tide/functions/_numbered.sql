create or replace function tide._numbered(events tide.events[], sequences bigint[])
returns table (ordinal int, sequence bigint, xid xid8, at timestamptz, entity text, action text,
  key text, count int, topics text[], source text, actor text, session_id text,
  correlation_id text, delta json, image jsonb)
language plpgsql stable rows 1000
set search_path = pg_catalog, pg_temp
as $$
begin
  -- a function with an honest row estimate: unnest() of a parameter is taken for ten rows, and
  -- joins planned for ten rows are quadratic
  return query
    select u.i::int, _numbered.sequences[u.i], u.xid, u.at, u.entity, u.action, u.key, u.count,
      u.topics, u.source, left(u.actor, 200), left(u.session_id, 200), left(u.correlation_id, 200),
      u.delta, u.image
    from unnest(_numbered.events) with ordinality as u (id, xid, at, entity, action, key, count,
      topics, source, actor, session_id, correlation_id, delta, image, sums, i);
end
$$;
comment on function tide._numbered(tide.events[], bigint[]) is
  'Events as rows, with their sequences; who wrote them, which anybody may set to anything, cut '
  'to 200 letters.';
