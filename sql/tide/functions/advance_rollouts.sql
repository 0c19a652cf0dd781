create or replace function tide.advance_rollouts() returns table (flag text, outcome text)
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: the rollouts are the owner's
  select r.flag, tide.advance_rollout(r.flag)
  from tide.rollouts r
  where r.state = 'running'
  order by r.flag
$$;
comment on function tide.advance_rollouts() is
  'tide.advance_rollout() for every running rollout. Every node calls it each minute, one of them '
  'at a time is heard; cron may.';
