create or replace function tide._events_after(
  snapshot pg_snapshot, after_id bigint, former_snapshot pg_snapshot, up_to pg_snapshot default null
) returns setof tide.events
language plpgsql stable rows 300
set plan_cache_mode = force_generic_plan
set enable_seqscan = off -- what is new is a small end of a big log
set search_path = pg_catalog, pg_temp
as $$
declare
  v_in_progress xid8[] := array(select pg_snapshot_xip(snapshot));
  v_begun_since xid8 := pg_snapshot_xmax(snapshot);
  v_begun_before xid8 := coalesce(pg_snapshot_xmax(up_to), '18446744073709551615');
  v_told bigint;
begin
  return query
    select e.* from tide.events e
    where e.xid >= v_begun_since and e.xid < v_begun_before and e.id > after_id
      and (up_to is null or pg_visible_in_snapshot(e.xid, up_to));
  if cardinality(v_in_progress) > 0 then
    return query
      select e.* from tide.events e
      where e.xid = any (v_in_progress) and e.id > after_id
        and (up_to is null or pg_visible_in_snapshot(e.xid, up_to));
  end if;
  if former_snapshot is not null then
    v_told := tide._told_before_restore();
    return query select e.* from tide.events e
      where e.id <= after_id and e.id > v_told
        and not pg_visible_in_snapshot(e.xid, former_snapshot);
  end if;
end
$$;
comment on function tide._events_after(pg_snapshot, bigint, pg_snapshot, pg_snapshot) is
  'Events that a snapshot does not show and a later one, by default the caller''s, does: committed '
  'in between. With a former_snapshot also restored events up to after_id that it does not show.';
