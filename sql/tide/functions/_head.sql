create or replace function tide._head(
  out tick bigint, out sequence bigint, out snapshot pg_snapshot, out after_id bigint,
  out former_snapshot pg_snapshot, out former_counted pg_snapshot, out restored boolean
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_epoch tide.epochs;
  v_xid bigint;
  v_xmin bigint;
begin
  select t.number, t.last_sequence, t.snapshot, t.xid::text::bigint, t.xmin::text::bigint
  into tick, sequence, snapshot, v_xid, v_xmin
  from tide.ticks t order by t.number desc limit 1;
  select * into v_epoch from tide.epochs e order by e.number desc limit 1;
  -- Rows that Postgres copied as files (a clone, a promotion, pg_upgrade) still carry the xid that
  -- wrote them; rows loaded from a dump carry the loader's, and their stored xids mean nothing
  -- here.
  restored := coalesce(v_xmin <> v_xid % 4294967296, false)
    and v_epoch.fingerprint <> tide._fingerprint();
  tick := coalesce(tick, 0);
  sequence := coalesce(sequence, 0);
  after_id := coalesce(v_epoch.last_event_id, 0);
  if restored then
    former_snapshot := snapshot;
    former_counted := snapshot;
    if v_epoch.first_tick > tick and v_epoch.former_counted is not null then
      former_counted := v_epoch.former_counted;  -- restored again without a tick in between
    end if;
    after_id := tide._restored_up_to();
  elsif v_epoch.first_tick > tick then
    former_snapshot := v_epoch.former_snapshot;
    former_counted := v_epoch.former_counted;
  end if;
  -- after a restore, and before the first tick ever, everything of this cluster is new
  if snapshot is null or former_snapshot is not null then
    snapshot := '1:1:';
  end if;
end
$$;
comment on function tide._head(
  out bigint, out bigint, out pg_snapshot, out bigint, out pg_snapshot, out pg_snapshot, out boolean
) is
  'What was told: events above after_id that snapshot shows; with a former_snapshot also the '
  'restored events up to after_id that it shows, or that former_counted shows to the summaries. '
  'restored is true between a restore from a dump and the first tick after it.';
