create or replace function monitor.find_anomalies(at timestamptz default pg_catalog.now())
returns table (
  metric_id int, value double precision, usual_low double precision,
  usual_high double precision, score double precision, sentence text
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: readers see metrics through functions and views
  select m.id, l.value, b.low, b.high, b.score, monitor._anomaly_sentence(
    m, k, l.value, b.low, b.high, b.is_of_hour)
  from monitor.metrics m
  join monitor.metric_kinds k on k.name = m.name and k.is_watched
  cross join lateral (
    select monitor._median(monitor._minute_values(m.id, k.kind,
      date_trunc('minute', find_anomalies.at) - interval '3 min',
      date_trunc('minute', find_anomalies.at))) as value
  ) l
  cross join lateral monitor._baseline(m.id, k.kind, find_anomalies.at, l.value) b
  where l.value is not null and b.score >= monitor._setting('anomaly_score')
$$;
comment on function monitor.find_anomalies(timestamptz) is
  'Which watched metrics were not as usual in the last three minutes: by more than anomaly_score '
  'robust deviations from the same hour of earlier days and from the hour before, both.';
