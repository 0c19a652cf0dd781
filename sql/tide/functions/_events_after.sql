create or replace function tide._events_after(
  snapshot pg_snapshot, after_id bigint, former_snapshot pg_snapshot
) returns setof tide.events
language sql stable rows 300
set search_path = pg_catalog, pg_temp
as $$
  select e.* from tide.events e
  where e.id > _events_after.after_id
    and (
      e.xid = any (array(select pg_snapshot_xip(_events_after.snapshot)))
      or e.xid >= pg_snapshot_xmax(_events_after.snapshot)
    )
  union all
  select e.* from tide.events e
  where _events_after.former_snapshot is not null
    and e.id <= _events_after.after_id
    and not pg_visible_in_snapshot(e.xid, _events_after.former_snapshot)
$$;
comment on function tide._events_after(pg_snapshot, bigint, pg_snapshot) is
  'Events that a snapshot does not show and the caller''s does: committed in between.';
