create or replace function tide.advance_rollout(name text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the rollouts are the owner's
declare
  v_rollout tide.rollouts;
  v_is_due boolean;
  v_bad record;
  v_why text;
begin
  perform tide.show_feature(name);
  select r.* into v_rollout from tide.rollouts r
  where r.flag = advance_rollout.name and r.state = 'running' for update skip locked;
  if not found then
    return coalesce((select nullif(r.state, 'running') from tide.rollouts r
      where r.flag = advance_rollout.name), 'waits');
  end if;
  if (select f.enabled from tide.feature_flags f where f.name = v_rollout.flag) is not true then
    return tide._end_rollout(name, 'stopped', 'the feature was switched off');
  end if;
  v_is_due := now() >= v_rollout.stage_began_at + make_interval(mins => (
    select s.soak_minutes from tide.rollout_stages s
    where s.flag = v_rollout.flag and s.stage = v_rollout.stage));
  -- a recount reads everything, so it is asked for where it decides
  select c.* into v_bad from tide.check_rollout(name, v_is_due) c where not c.is_met
  order by array_position('{error_rate,drift,latency_ms,requests}', c.criterion) limit 1;
  v_why := format('%s is %s, allowed %s', v_bad.criterion, v_bad.measured, v_bad.allowed);
  if v_bad.criterion in ('error_rate', 'drift') then
    return tide._end_rollout(name, 'rolled_back', v_why);
  elsif v_bad.criterion = 'latency_ms' then
    return tide._end_rollout(name, 'stopped', v_why);
  elsif v_is_due and v_bad.criterion is null then
    return tide._end_stage(v_rollout);
  end if;
  return 'waits';
end
$$;
comment on function tide.advance_rollout(text) is
  'Looks at a running rollout: waits (not yet time, or too little seen), advanced, done; stopped '
  'where it is when it is slow; rolled_back, the feature off, when requests fail or summaries '
  'differ from a recount.';
