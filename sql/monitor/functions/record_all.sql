create or replace function monitor.record_all(points jsonb) returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off -- the planner cannot know how many points there are
as $$
-- security definer: who records need not be able to change what was recorded
declare
  v_count int;
begin
  with point as materialized (
    select p.name, coalesce(p.labels, '{}') as labels,
      date_trunc('minute', coalesce(p.at, now())) as minute_at,
      -- written out: a function with a search_path of its own would cost more than all the rest
      (case when p.value >= 1e-6 then least(ceil(ln(p.value * 1e6) / ln(1.1)), 32000)
        else 0 end)::smallint as bucket,
      sum(coalesce(p.count, 1)) as count, sum(p.value * coalesce(p.count, 1)) as sum,
      min(p.value) as min, max(p.value) as max
    from jsonb_to_recordset(points)
      p (name text, labels jsonb, value double precision, count bigint, at timestamptz)
    where p.value between -1e300 and 1e300
    group by 1, 2, 3, 4
  ), series as materialized (
    select s.name, s.labels, m.id
    from (select distinct p.name, p.labels from point p) s
    left join monitor.metrics m on m.name = s.name and m.labels = s.labels
  ), made as (
    insert into monitor.metrics (name, labels)
    select s.name, s.labels from series s where s.id is null
    -- somebody else may be making it
    on conflict (name, labels) do update set name = excluded.name
    returning id, name, labels
  )
  insert into monitor.metric_deltas (metric_id, minute_at, bucket, count, sum, min, max)
  select coalesce(s.id, n.id), p.minute_at, p.bucket, p.count, p.sum, p.min, p.max
  from point p
  join series s on s.name = p.name and s.labels = p.labels
  left join made n on n.name = p.name and n.labels = p.labels;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function monitor.record_all(jsonb) is
  'Records many numbers: [{name, value, labels?, at?, count?}…], count being how often. Cheap: '
  'one row for each metric, minute and bucket. A bucket is a tenth wider than the one before, so '
  'a percentile is told to within 5 %; bucket 0 has what is less than a millionth.';
