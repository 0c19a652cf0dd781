create or replace function monitor._anomaly_sentence(
  metric monitor.metrics, kind monitor.metric_kinds, value double precision,
  low double precision, high double precision, is_of_hour boolean
) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format('%s%s%s %s, usually %s–%s%s',
    replace(metric.name, '_', ' '),
    case when metric.labels <> '{}' then ' (' || (
      select string_agg(l.value, ', ' order by l.key) from jsonb_each_text(metric.labels) l
    ) || ')' else '' end,
    case when kind.kind = 'count' then '/min' else '' end,
    monitor._figure(value) || case when kind.unit = '' then '' else ' ' || kind.unit end,
    monitor._figure(low), monitor._figure(high),
    case when is_of_hour then ' at this hour' else ' in the last hour' end)
$$;
comment on function monitor._anomaly_sentence(
  monitor.metrics, monitor.metric_kinds, double precision, double precision, double precision,
  boolean
) is 'What is not as usual, for people: events/min 4,210, usually 900–1,300 at this hour.';
