create or replace function tide._listened(
  unnumbered tide.events[], topics text[], out events tide.events[], out sequences bigint[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_after bigint := (tide._head()).sequence;
begin
  if topics is null then
    events := unnumbered;
    sequences := array(
      select generate_series(v_after + 1, v_after + cardinality(unnumbered)));
    return;
  end if;
  with event as materialized (
    select * from tide._numbered(unnumbered, array(
      select generate_series(v_after + 1, v_after + cardinality(unnumbered))))
  ), heard as (
    select distinct e.ordinal
    from event e cross join unnest(e.topics) t (topic)
    where t.topic in (select l from unnest(_listened.topics) l)
  )
  select
    coalesce(array_agg(row(null, e.xid, e.at, e.entity, e.action, e.key, e.count, e.topics,
      e.source, e.actor, e.session_id, e.correlation_id, e.delta, e.image, null)::tide.events
      order by e.ordinal), '{}'),
    coalesce(array_agg(e.sequence order by e.ordinal), '{}')
  into events, sequences
  from event e
  where e.ordinal in (select h.ordinal from heard h);
end
$$;
comment on function tide._listened(
  tide.events[], text[], out tide.events[], out bigint[]
) is
  'Those of the next events that any of the topics hears, all without topics, and their sequences.';
