create or replace view monitor._minute_buckets as
select n.metric_id, n.minute_at, n.bucket, n.count, n.sum, n.min, n.max
from monitor.metric_minutes n
union all
select d.metric_id, d.minute_at, d.bucket, d.count, d.sum, d.min, d.max
from monitor.metric_deltas d;
comment on view monitor._minute_buckets is
  'Rollups by minute with what is not folded yet: exact at the reader''s snapshot.';
