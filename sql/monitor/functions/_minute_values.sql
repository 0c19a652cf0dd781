create or replace function monitor._minute_values(
  metric_id int, kind text, from_at timestamptz, upto_at timestamptz
) returns double precision[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with told as (
    select r.minute_at, sum(r.sum) as sum, sum(r.count) as count
    from monitor._minute_buckets r
    where r.metric_id = _minute_values.metric_id
      and r.minute_at >= date_trunc('minute', from_at) and r.minute_at < upto_at
    group by r.minute_at
  )
  select coalesce(array_agg(
    case when kind = 'count' then coalesce(t.sum, 0) else t.sum / t.count end order by g.minute_at
  ), '{}')
  from generate_series((select min(f.minute_at) from told f), upto_at - interval '1 min',
    interval '1 min') g (minute_at)
  left join told t on t.minute_at = g.minute_at
  where kind = 'count' or t.count > 0
$$;
comment on function monitor._minute_values(int, text, timestamptz, timestamptz) is
  'A metric''s number of each minute from the first that has one: of a count the sum, nothing '
  'being none; else the average.';
