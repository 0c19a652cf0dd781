create or replace function tide._end_rollout(flag text, state text, reason text) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update tide.rollouts r set state = _end_rollout.state, reason = _end_rollout.reason
  where r.flag = _end_rollout.flag;
  if _end_rollout.state = 'rolled_back' then
    update tide.feature_flags f set enabled = false where f.name = _end_rollout.flag;
  end if;
  return _end_rollout.state;
end
$$;
comment on function tide._end_rollout(text, text, text) is
  'The rollout goes on by itself no more; what is rolled back is off.';
