create or replace function tide._end_stage(rollout tide.rollouts) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_next tide.rollout_stages;
begin
  select s.* into v_next
  from tide.rollout_stages s
  where s.flag = rollout.flag and s.stage = rollout.stage + 1;
  if not found then
    return tide._end_rollout(rollout.flag, 'done', 'every stage was passed');
  end if;
  update tide.rollouts r set stage = v_next.stage, stage_began_at = now(), reason = null
  where r.flag = rollout.flag;
  update tide.feature_flags f set percentage = v_next.percentage where f.name = rollout.flag;
  return 'advanced';
end
$$;
comment on function tide._end_stage(tide.rollouts) is
  'The next stage begins; after the last one the rollout is done.';
