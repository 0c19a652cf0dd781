create or replace function tide._has_more(
  snapshot pg_snapshot, after_id bigint, max_events int
) returns boolean
language plpgsql stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
declare
  v_begun_since xid8 := pg_snapshot_xmax(snapshot);
begin
  -- by the index alone, without reading the backlog
  perform from tide.events e where e.xid >= v_begun_since and e.id > after_id
  offset max_events limit 1;
  return found;
end
$$;
comment on function tide._has_more(pg_snapshot, bigint, int) is
  'True when more than max_events wait, of transactions begun since a snapshot.';
