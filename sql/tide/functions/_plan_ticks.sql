create or replace function tide._plan_ticks(max_events int)
returns table (plan_position int, snapshot pg_snapshot, count int)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  -- A cut is clean where no event before it belongs to a transaction with events after it, so that
  -- transactions stay whole and whatever one saw of another comes first.
  with head as (
    select h.* from tide._head() h
  ), flying as (
    select pg_snapshot_xip(tide._snapshot())::text::bigint as xid
  ), transactions as (
    select e.xid::text::bigint as xid, min(e.id) as low, max(e.id) as high, count(*) as events
    from head h cross join lateral tide._events_after(h.snapshot, h.after_id, null) e
    where pg_visible_in_snapshot(e.xid, tide._snapshot())
    group by e.xid
  ), ordered as (
    select t.xid, t.events, sum(t.events) over w as running,
      max(t.high) over w < coalesce(lead(t.low) over (order by t.low), 9223372036854775807) as clean
    from transactions t
    window w as (order by t.low)
  ), cut as (
    select o.xid, o.events,
      min(o.running) filter (where o.clean) over (order by o.running desc) as reach
    from ordered o
  ), chunk as (
    select c.xid, c.events, ((c.reach - 1) / _plan_ticks.max_events)::bigint as number
    from cut c
  ), ceiling as (
    -- never below the former tick: what that one showed stays shown
    select c.number, sum(c.events)::int as events,
      greatest(max(max(c.xid)) over (order by c.number),
        min(pg_snapshot_xmax(h.snapshot)::text::bigint) - 1) as top
    from chunk c cross join head h
    group by c.number
  )
  select
    row_number() over (order by c.number)::int,
    tide._snapshot_of((c.top + 1)::text::xid8, array(
      select l.xid::text::xid8 from chunk l where l.number > c.number and l.xid <= c.top
      union
      select f.xid::text::xid8 from flying f where f.xid <= c.top)),
    c.events
  from ceiling c
$$;
comment on function tide._plan_ticks(int) is
  'Cuts the backlog of the caller''s snapshot into ticks of about max_events, between transactions.';
