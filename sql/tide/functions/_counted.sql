create or replace function tide._counted(
  out tick bigint, out told bigint, out sequence bigint, out snapshot pg_snapshot,
  out after_id bigint, out former_snapshot pg_snapshot
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head record := tide._head();
  v_planned pg_snapshot;
begin
  select p.snapshot into v_planned from tide.planned_ticks p order by p.position desc limit 1;
  tick := v_head.tick;
  told := v_head.sequence;
  sequence := v_head.sequence;
  snapshot := v_head.snapshot;
  after_id := v_head.after_id;
  former_snapshot := v_head.former_counted;
  if v_planned is not null then
    sequence := sequence + (select sum(p.count) from tide.planned_ticks p);
    if v_head.restored then
      former_snapshot := v_planned;
    else
      snapshot := v_planned;
      former_snapshot := null;
    end if;
  end if;
end
$$;
comment on function tide._counted(
  out bigint, out bigint, out bigint, out pg_snapshot, out bigint, out pg_snapshot
) is
  'What the stored summaries hold: the head, or the end of a planned backlog, whose events are '
  'counted and have their sequences before they are told; the last tick, and the last sequence '
  'told. Otherwise as tide._head().';
