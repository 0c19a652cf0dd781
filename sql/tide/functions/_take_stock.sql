create or replace function tide._take_stock(max_events int) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_plan tide.planned_ticks[] := array(select p from tide._plan_ticks(max_events) p);
begin
  perform tide._fold(v_plan[cardinality(v_plan)].snapshot);
  insert into tide.planned_ticks (position, snapshot, count)
  select p.position + coalesce((select max(q.position) from tide.planned_ticks q), 0),
    p.snapshot, p.count
  from unnest(v_plan) p;
end
$$;
comment on function tide._take_stock(int) is
  'Counts a backlog into the summaries at once and plans the ticks that will tell it.';
