create or replace function tide._topics_since(since pg_snapshot) returns text[]
language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off -- what is new is a small end of a big log
set search_path = pg_catalog, pg_temp
as $$
declare
  v_begun_since xid8 := pg_snapshot_xmax(since);
  v_in_progress xid8[] := array(select pg_snapshot_xip(since));
  v_after bigint := coalesce(
    (select e.last_event_id from tide.epochs e order by e.number desc limit 1), 0);
  v_most constant int := 5000;
begin
  return (
    with told as materialized (
      (select e.topics from tide.events e where e.xid >= v_begun_since and e.id > v_after
        limit v_most)
      union all
      (select e.topics from tide.events e where e.xid = any (v_in_progress) and e.id > v_after
        limit v_most)
    )
    select case when count(*) < v_most and not coalesce(bool_or(n.topics = '{}'), false)
      then array(select distinct t from told o cross join unnest(o.topics) t) end
    from told n);
end
$$;
comment on function tide._topics_since(pg_snapshot) is
  'The topics of what was committed between a snapshot and the caller''s, ticked or not; null when '
  'that is too much to look through, or somewhere that no topic tells.';
