create or replace function monitor.measure(
  name text, what text, period interval default '5 min', labels jsonb default '{}',
  ends_at timestamptz default pg_catalog.now()
) returns double precision
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: readers see metrics through functions and views
  with bucket as (
    select r.bucket, sum(r.count) as count, sum(r.sum) as sum, min(r.min) as min, max(r.max) as max
    from monitor._minute_buckets r
    join monitor.metrics m on m.id = r.metric_id
    where m.name = measure.name and m.labels @> measure.labels
      and r.minute_at > measure.ends_at - period - interval '1 min'
      and r.minute_at <= measure.ends_at
    group by r.bucket
  ), told as (
    select b.*, sum(b.count) over (order by b.bucket) as below, sum(b.count) over () as total
    from bucket b
  )
  select case
    when what = 'count' then coalesce(sum(t.count), 0)
    when what = 'sum' then coalesce(sum(t.sum), 0)
    when what = 'per_second' then coalesce(sum(t.sum), 0) / extract(epoch from period)
    when what = 'avg' then sum(t.sum) / nullif(sum(t.count), 0)
    when what = 'min' then min(t.min)
    when what = 'max' then max(t.max)
    when what ~ '^p\d{1,2}(\.\d+)?$' then least(max(t.max), greatest(min(t.min),
      monitor._value_of(min(t.bucket) filter (
        where t.below >= t.total * substring(what from '^p(\d{1,2}(?:\.\d+)?)$')::numeric / 100))))
  end
  from told t
$$;
comment on function monitor.measure(text, text, interval, jsonb, timestamptz) is
  'A figure of a metric over a period, by whole minutes: count, sum, per_second, avg, min, max, '
  'p50, p95, p99 …; of all series that have these labels. Null where nothing was recorded.';
