create or replace function monitor.seconds_since(name text, labels jsonb default '{}')
returns double precision
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: readers see metrics through functions and views
  select extract(epoch from now() - max(l.minute_at))
  from monitor.metrics m
  cross join lateral (
    select max(r.minute_at) as minute_at from monitor._minute_buckets r where r.metric_id = m.id
  ) l
  where m.name = seconds_since.name and m.labels @> seconds_since.labels
$$;
comment on function monitor.seconds_since(text, jsonb) is
  'How long nothing was recorded, to the minute; null if nothing ever was. For rules on absence.';
