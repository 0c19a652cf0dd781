create or replace function monitor._retry_delay(failures int, retry_after int) returns interval
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select greatest(
    ('{5 s,5 min,30 min,2 h,5 h,10 h,10 h}'::interval[])[failures] * (0.9 + 0.2 * random()),
    case when retry_after > 0 then make_interval(secs => least(retry_after, 86400)) end)
  where failures between 1 and 7
$$;
comment on function monitor._retry_delay(int, int) is
  'How long to wait after so many failures, at least retry_after seconds, as the endpoint asked; '
  'null when that was the last attempt.';
