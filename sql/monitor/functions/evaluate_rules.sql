create or replace function monitor.evaluate_rules() returns table (name text, state text)
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select r.name, monitor.evaluate_rule(d.id)
  from monitor.due_rules() d
  join monitor.rules r on r.id = d.id
$$;
comment on function monitor.evaluate_rules() is
  'Evaluates every rule whose turn it is, for whoever runs no service: select from cron. A query '
  'that hangs is not cancelled here but by the caller''s statement_timeout.';
