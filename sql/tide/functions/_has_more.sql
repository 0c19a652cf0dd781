create or replace function tide._has_more(max_events int) returns boolean
language plpgsql stable
set plan_cache_mode = force_generic_plan
set enable_seqscan = off -- what is new is a small end of a big log
set search_path = pg_catalog, pg_temp
as $$
declare
  v_counted record := tide._counted();
  v_begun_since xid8 := pg_snapshot_xmax(v_counted.snapshot);
begin
  -- by the index alone, without reading the backlog
  perform from tide.events e where e.xid >= v_begun_since and e.id > v_counted.after_id
  offset max_events limit 1;
  return found;
end
$$;
comment on function tide._has_more(int) is
  'True when more than max_events are neither counted nor planned, of transactions begun since.';
