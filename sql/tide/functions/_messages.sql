create or replace function tide._messages(
  events tide.events[], sequences bigint[], as_of bigint
) returns setof tide.message
language plpgsql stable rows 300
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
declare
  v_five constant json :=
    '{"branches":[],"tasks":[],"projects":[],"subtasks":[],"contexts":[]}';
  v_as_of constant jsonb := jsonb_build_object('asOf', as_of);
begin
  return query
  with event as materialized (
    select e.*, i::int as ordinal
    from unnest(_messages.events) with ordinality
      as e (id, xid, at, entity, action, key, count, topics, source, actor, session_id,
        correlation_id, delta, image, sums, i)
  ), present as (
    select k.entity, r.key, r.record, (r.record || v_as_of)::text::json as body
    from (
      select e.entity, array_agg(distinct e.key) as keys from event e
      where e.key is not null and e.action <> 'delete' and e.image is null
      group by e.entity
    ) k
    cross join lateral tide._records(k.entity, k.keys) r
  ), shown as (
    select e.ordinal, e.entity, e.action, e.key,
      coalesce(e.image, p.record, g.image) as record,
      case when e.image is null then p.body end as body,
      e.delta::jsonb as delta
    from event e
    left join present p on p.entity = e.entity and p.key = e.key
    left join lateral (
      select d.image from event d
      where p.key is null and d.entity = e.entity and d.key = e.key and d.action = 'delete'
        and d.ordinal > e.ordinal
      order by d.ordinal limit 1
    ) g on true
  ), moved as (
    select c.ordinal, c.cascade
    from (
      select s.entity, array_agg(
        row(s.ordinal, s.entity, s.action, s.key, s.record, s.delta)::tide.change) as changes
      from shown s group by s.entity
    ) x
    cross join lateral tide._cascades(x.entity, x.changes, _messages.as_of) c
  )
  select
    _messages.sequences[e.ordinal], e.xid, e.entity, e.action, e.key, e.topics,
    case when e.source in ('user', 'mcp-ai') then e.source else 'system' end,
    e.actor, e.correlation_id, e.at,
    coalesce(s.body, (s.record || v_as_of)::text::json), e.delta,
    coalesce(m.cascade, v_five), _messages.as_of, e.count, e.session_id
  from event e
  join shown s on s.ordinal = e.ordinal
  left join moved m on m.ordinal = e.ordinal
  order by e.ordinal;
end
$$;
comment on function tide._messages(tide.events[], bigint[], bigint) is
  'Events with their sequence, row and cascade as of a sequence, at the caller''s snapshot.';
