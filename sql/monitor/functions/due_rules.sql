create or replace function monitor.due_rules() returns table (id uuid, limit_ms int)
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: rules are the owner's
  update monitor.rules r
  set due_at = now() + make_interval(secs => r.every_seconds)
  from (
    select d.id from monitor.rules d
    where d.is_enabled and d.due_at <= now()
    order by d.due_at
    for update skip locked
  ) d
  where r.id = d.id
  returning r.id, r.limit_ms
$$;
comment on function monitor.due_rules() is
  'The rules whose turn it is, and whoever asks next gets others: each to be evaluated by '
  'monitor.evaluate_rule() in a transaction with statement_timeout = limit_ms.';
