create or replace function tide.check_rollout(name text, with_drift boolean default true)
returns table (criterion text, is_met boolean, measured numeric, allowed numeric)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: reads what the nodes saw, and every source of a summary
  with rollout as (
    select r.* from tide.rollouts r where r.flag = check_rollout.name
  ), seen as (
    select
      r.*,
      coalesce(sum(s.requests), 0) as requests,
      sum(s.requests) filter (where s.is_late) as late_requests,
      sum(s.errors) filter (where s.is_late) as late_errors,
      sum(s.latency_ms * s.requests) filter (where s.is_late and s.latency_ms is not null)
        / nullif(sum(s.requests) filter (where s.is_late and s.latency_ms is not null), 0)
        as latency_ms
    from rollout r
    left join lateral (
      select h.*, h.at > now() - interval '15 minutes' as is_late
      from tide.health_samples h
      where h.at > r.stage_began_at
    ) s on true
    group by r.flag, r.state, r.stage, r.stage_began_at, r.reason, r.max_error_rate,
      r.max_latency_ms, r.min_requests
  )
  select 'error_rate', coalesce(s.late_errors <= s.max_error_rate * s.late_requests, true),
    round(s.late_errors::numeric / nullif(s.late_requests, 0), 6), s.max_error_rate
  from seen s
  union all
  select 'drift', d.count = 0, d.count, 0
  from seen s cross join lateral (select count(*)::numeric from tide.verify()) d (count)
  where check_rollout.with_drift
  union all
  select 'latency_ms', coalesce(s.latency_ms <= s.max_latency_ms, true),
    round(s.latency_ms::numeric, 1), s.max_latency_ms
  from seen s
  union all
  select 'requests', s.requests >= s.min_requests, s.requests, s.min_requests
  from seen s
$$;
comment on function tide.check_rollout(text, boolean) is
  'Go or no-go: the share of failures and the 95th percentile of all requests, whoever had the '
  'feature, in the last 15 minutes of the stage, summaries that differ from a recount, and whether '
  'the stage has seen enough to tell. The worst comes first.';
