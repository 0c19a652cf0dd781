create or replace view monitor.error_rate as
select
  c.requests,
  c.errors,
  c.errors / nullif(c.requests, 0) as error_rate
from (
  select
    monitor.measure('requests', 'sum') as requests,
    monitor.measure('request_errors', 'sum') as errors
) c;
comment on view monitor.error_rate is
  'Share of HTTP requests answered with a 5xx, over the last five minutes; to be under 0.001.';
