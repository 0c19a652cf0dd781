create or replace view monitor.minute_rollups as
select
  m.name,
  m.labels,
  r.minute_at,
  sum(r.count) as count,
  sum(r.sum) as sum,
  min(r.min) as min,
  max(r.max) as max,
  sum(r.sum) / nullif(sum(r.count), 0) as avg
from monitor._minute_buckets r
join monitor.metrics m on m.id = r.metric_id
group by m.id, r.minute_at;
comment on view monitor.minute_rollups is
  'Metrics by minute, exact at the reader''s snapshot; percentiles by monitor.measure().';
