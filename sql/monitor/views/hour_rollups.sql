create or replace view monitor.hour_rollups as
select
  m.name,
  m.labels,
  h.hour_at,
  sum(h.count) as count,
  sum(h.sum) as sum,
  min(h.min) as min,
  max(h.max) as max,
  sum(h.sum) / nullif(sum(h.count), 0) as avg
from monitor.metric_hours h
join monitor.metrics m on m.id = h.metric_id
group by m.id, h.hour_at;
comment on view monitor.hour_rollups is 'Metrics by hour (of UTC), as they were folded last.';
