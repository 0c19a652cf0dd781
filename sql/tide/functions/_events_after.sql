create or replace function tide._events_after(
  snapshot pg_snapshot, after_id bigint, former_snapshot pg_snapshot
) returns setof tide.events
language plpgsql stable rows 300
set plan_cache_mode = force_generic_plan
set enable_seqscan = off -- what is new is a small end of a big log
set search_path = pg_catalog, pg_temp
as $$
declare
  v_in_progress xid8[] := array(select pg_snapshot_xip(snapshot));
  v_begun_since xid8 := pg_snapshot_xmax(snapshot);
begin
  return query select e.* from tide.events e where e.xid >= v_begun_since and e.id > after_id;
  if cardinality(v_in_progress) > 0 then
    return query
      select e.* from tide.events e where e.xid = any (v_in_progress) and e.id > after_id;
  end if;
  if former_snapshot is not null then
    return query select e.* from tide.events e
      where e.id <= after_id and not pg_visible_in_snapshot(e.xid, former_snapshot);
  end if;
end
$$;
comment on function tide._events_after(pg_snapshot, bigint, pg_snapshot) is
  'Events that a snapshot does not show and the caller''s does: committed in between.';
