create or replace function tide._plan_ticks(max_events int) returns setof tide.planned_ticks
language sql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
  -- In order of each transaction's last event, so that what one saw of another comes first: it
  -- wrote something after the other had committed.
  with counted as (
    select c.*, pg_snapshot_xmax(c.snapshot)::text::bigint - 1 as top from tide._counted() c
  ), present as (
    select s.snapshot, array(select x::text::bigint from pg_snapshot_xip(s.snapshot) x) as flying
    from tide._snapshot() s (snapshot)
  ), transactions as (
    -- restored events have the xids of another cluster, and come first
    select case when e.id > c.after_id then e.xid::text::bigint else 0 end as xid,
      max(e.id) as last_id, count(*) as events
    from counted c
    cross join present p
    cross join lateral tide._events_after(
      c.snapshot, c.after_id, c.former_snapshot, p.snapshot) e
    group by 1
  ), ordered as materialized (
    select t.xid, t.events,
      (sum(t.events) over (order by t.last_id) - 1)::bigint / _plan_ticks.max_events as part
    from transactions t
  ), parts as (
    select o.part, sum(o.events)::int as count, max(o.part) over () = o.part as is_last,
      greatest(max(max(o.xid)) over (order by o.part), min(c.top)) as top
    from ordered o cross join counted c
    group by o.part
  ), late as materialized (
    -- told in a later tick than some transaction that began after them
    select o.xid, o.part
    from ordered o
    join (select p.part, coalesce(lag(p.top) over (order by p.part), c.top) as top_before
      from parts p cross join counted c) b on b.part = o.part
    where o.xid <= b.top_before
  )
  select row_number() over (order by p.part)::int,
    case when p.is_last then s.snapshot
      else tide._snapshot_of((p.top + 1)::text::xid8, array(
        select l.xid::text::xid8 from late l where l.part > p.part and l.xid <= p.top
        union
        select f::text::xid8 from unnest(s.flying) f where f <= p.top))
    end,
    p.count
  from parts p cross join present s
  order by p.part
$$;
comment on function tide._plan_ticks(int) is
  'Cuts what is not counted at the caller''s snapshot into ticks of about max_events, between '
  'transactions.';
