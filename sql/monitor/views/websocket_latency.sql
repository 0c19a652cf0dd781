create or replace view monitor.websocket_latency as
select
  monitor.measure('commit_to_send', 'p50') as p50_ms,
  monitor.measure('commit_to_send', 'p95') as p95_ms,
  monitor.measure('commit_to_send', 'p99') as p99_ms,
  monitor.measure('commit_to_send', 'max') as max_ms;
comment on view monitor.websocket_latency is
  'From a person''s commit to the sockets, over the last five minutes; p99 is to be under 100 ms.';
