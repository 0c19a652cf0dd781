create or replace function tide._listened(
  unnumbered tide.events[], after_sequence bigint, topics text[],
  out events tide.events[], out sequences bigint[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if topics is null then
    events := unnumbered;
    sequences := array(
      select generate_series(after_sequence + 1, after_sequence + cardinality(unnumbered)));
    return;
  end if;
  select
    coalesce(array_agg(row(u.id, u.xid, u.at, u.entity, u.action, u.key, u.count, u.topics,
      u.source, u.actor, u.session_id, u.correlation_id, u.delta, u.image, null)::tide.events
      order by u.i), '{}'),
    coalesce(array_agg(after_sequence + u.i order by u.i), '{}')
  into events, sequences
  from unnest(unnumbered) with ordinality as u (id, xid, at, entity, action, key, count, topics,
    source, actor, session_id, correlation_id, delta, image, sums, i)
  where case when cardinality(_listened.topics) <= 50 then u.topics && _listened.topics
    else exists (select from unnest(u.topics) t where t in (
      select l from unnest(_listened.topics) l)) end;
end
$$;
comment on function tide._listened(
  tide.events[], bigint, text[], out tide.events[], out bigint[]
) is
  'Those of the next events that any of the topics hears, all without topics, and their sequences.';
