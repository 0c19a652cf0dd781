create or replace function monitor._baseline(
  metric_id int, kind text, at timestamptz, value double precision, out low double precision,
  out high double precision, out score double precision, out is_of_hour boolean
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_days double precision[] := '{}';
  v_recent double precision[] := monitor._minute_values(metric_id, kind,
    at - interval '63 min', date_trunc('minute', at) - interval '3 min');
  v_usual record;
  v_near record;
begin
  for v_day in 1 .. 7 loop
    v_days := v_days || monitor._minute_values(metric_id, kind,
      date_trunc('hour', at) - make_interval(days => v_day),
      date_trunc('hour', at) - make_interval(days => v_day) + interval '1 hour');
  end loop;
  is_of_hour := cardinality(v_days) >= 60;
  if cardinality(v_recent) < 15 and not is_of_hour then
    return;  -- too little is known to call anything unusual
  end if;
  v_near := monitor._usual(v_recent);
  v_usual := monitor._usual(case when is_of_hour then v_days else v_recent end);
  score := least(abs(value - v_usual.median) / v_usual.deviation,
    coalesce(abs(value - v_near.median) / v_near.deviation, 1e9));
  low := greatest(v_usual.median - 2 * v_usual.deviation, least(0, v_usual.median));
  high := v_usual.median + 2 * v_usual.deviation;
end
$$;
comment on function monitor._baseline(
  int, text, timestamptz, double precision, out double precision, out double precision,
  out double precision, out boolean
) is
  'What is usual of a metric at this hour, as a range, and by how many robust deviations a value '
  'lies off it; without a day''s history the last hour counts. Null when too little is known.';
