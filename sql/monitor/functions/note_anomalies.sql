create or replace function monitor.note_anomalies() returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: anomalies are the owner's
declare
  v_count int;
begin
  with found as materialized (
    select f.* from monitor.find_anomalies() f
  ), ended as (
    update monitor.anomalies a set ended_at = now()
    where a.ended_at is null and a.metric_id not in (select f.metric_id from found f)
      and a.last_seen_at < now() - interval '2 min'
  )
  insert into monitor.anomalies as a
    (metric_id, value, usual_low, usual_high, score, sentence)
  select f.metric_id, f.value, f.usual_low, f.usual_high, f.score, f.sentence from found f
  on conflict (metric_id) where ended_at is null do update
  set last_seen_at = now(), value = excluded.value, usual_low = excluded.usual_low,
    usual_high = excluded.usual_high, score = excluded.score, sentence = excluded.sentence;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function monitor.note_anomalies() is
  'Begins, goes on with and ends anomalies, as monitor.find_anomalies() sees them now.';
