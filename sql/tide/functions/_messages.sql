create or replace function tide._messages(
  events tide.events[], sequences bigint[], as_of bigint
) returns setof tide.wire_message
language plpgsql stable rows 1000
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
declare
  v_none constant json :=
    '{"branches":[],"tasks":[],"projects":[],"subtasks":[],"contexts":[]}';
begin
  return query
  with event as materialized (
    select n.* from tide._numbered(_messages.events, _messages.sequences) n
  ), present as materialized (
    select k.entity, r.key, r.topics, r.record
    from (
      select e.entity, array_agg(distinct e.key) as keys from event e
      where e.key is not null and e.action <> 'delete' and e.image is null
      group by e.entity
    ) k
    cross join lateral tide._records(k.entity, k.keys, _messages.as_of) r
  ), gone as materialized (
    select distinct on (e.entity, e.key) e.entity, e.key, e.topics,
      tide._with_as_of(e.image, _messages.as_of) as record
    from event e
    where e.action = 'delete' and e.key is not null
    order by e.entity, e.key, e.ordinal desc
  ), shown as materialized (
    select e.*, case when e.image is null then coalesce(p.record, g.record)
      else tide._with_as_of(e.image, _messages.as_of) end as record,
      -- of an image kept by history: where the row went, which is told first
      case when e.action = 'delete' then e.topics when e.image is not null then e.topics[1:1]
      else coalesce(p.topics, g.topics) end as record_topics
    from event e
    left join present p on p.entity = e.entity and p.key = e.key
    left join gone g on g.entity = e.entity and g.key = e.key and e.action <> 'delete'
      and p.key is null
  ), moved as materialized (
    select c.ordinal, c.cascade
    from tide._cascades(array(
      select row(s.ordinal, s.entity, s.action, s.key, s.topics, s.record, s.delta)::tide.change
      from shown s), _messages.as_of) c
  )
  select
    s.sequence, s.xid, s.entity, s.action, case when l.fits then s.key end, s.topics,
    case when s.source in ('user', 'mcp-ai') then s.source else 'system' end,
    s.actor, s.correlation_id, s.at,
    case when l.fits then s.record end, case when l.fits then s.delta end,
    coalesce(m.cascade, v_none), _messages.as_of, s.count, s.session_id,
    s.record_topics
  from shown s
  left join moved m on m.ordinal = s.ordinal
  cross join lateral (
    -- more than a socket takes: to be read again, like the rows of a big statement
    select coalesce(pg_column_size(s.record), 0) + coalesce(pg_column_size(s.delta), 0)
      < 16 * 1024 * 1024 as fits
  ) l
  order by s.ordinal;
end
$$;
comment on function tide._messages(tide.events[], bigint[], bigint) is
  'Events with their sequence, row and cascade as of a sequence, at the caller''s snapshot.';
