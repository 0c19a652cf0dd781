create or replace function tide.record_health(
  node text, requests bigint, errors bigint, latency_ms real
) returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: samples are the owner's
  insert into tide.health_samples (node, at, requests, errors, latency_ms)
  values (record_health.node, clock_timestamp(), record_health.requests, record_health.errors,
    record_health.latency_ms)
$$;
comment on function tide.record_health(text, bigint, bigint, real) is
  'What a node saw since it said so last: requests, those that failed by our fault, and the 95th '
  'percentile of their latency, null without any.';
