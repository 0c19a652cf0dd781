create or replace function monitor.fold_metrics() returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: rollups are the owner's
declare
  v_count int;
begin
  -- one at a time; who comes second finds nothing to do
  if not pg_try_advisory_xact_lock(hashtext('monitor.fold_metrics')) then
    return 0;
  end if;
  with taken as (
    delete from monitor.metric_deltas d
    returning d.metric_id, d.minute_at, d.bucket, d.count, d.sum, d.min, d.max
  ), hours as (
    insert into monitor.metric_hours as h (metric_id, hour_at, bucket, count, sum, min, max)
    select t.metric_id, date_trunc('hour', t.minute_at, 'UTC'), t.bucket, sum(t.count), sum(t.sum),
      min(t.min), max(t.max)
    from taken t group by 1, 2, 3 order by 1, 2, 3
    on conflict (metric_id, hour_at, bucket) do update
    set count = h.count + excluded.count, sum = h.sum + excluded.sum,
      min = least(h.min, excluded.min), max = greatest(h.max, excluded.max)
  )
  insert into monitor.metric_minutes as n (metric_id, minute_at, bucket, count, sum, min, max)
  select t.metric_id, t.minute_at, t.bucket, sum(t.count), sum(t.sum), min(t.min), max(t.max)
  from taken t group by 1, 2, 3 order by 1, 2, 3
  on conflict (metric_id, minute_at, bucket) do update
  set count = n.count + excluded.count, sum = n.sum + excluded.sum,
    min = least(n.min, excluded.min), max = greatest(n.max, excluded.max);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function monitor.fold_metrics() is
  'Adds what was recorded to the rollups by minute and hour. The views do not wait for it.';
