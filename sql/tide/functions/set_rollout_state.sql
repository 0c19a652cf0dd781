create or replace function tide.set_rollout_state(
  name text, state text, reason text default 'by hand'
) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the rollouts are the owner's
begin
  if not exists (select from tide.rollouts r where r.flag = set_rollout_state.name) then
    raise no_data_found using message = format('%s has no rollout', name),
      constraint = 'rollout_exists', hint = 'tide.begin_rollout() makes one.';
  elsif set_rollout_state.state in ('stopped', 'rolled_back') then
    perform tide._end_rollout(name, state, reason);
  else
    update tide.rollouts r
    set state = set_rollout_state.state, stage_began_at = now(), reason = null
    where r.flag = set_rollout_state.name;
    update tide.feature_flags f set enabled = true, percentage = (
      select s.percentage
      from tide.rollouts r join tide.rollout_stages s on s.flag = r.flag and s.stage = r.stage
      where r.flag = f.name)
    where f.name = set_rollout_state.name;
  end if;
  return tide.show_feature(name);
end
$$;
comment on function tide.set_rollout_state(text, text, text) is
  'Steers a rollout by hand: stopped leaves the feature where it is, rolled_back switches it off, '
  'running begins its stage anew.';
