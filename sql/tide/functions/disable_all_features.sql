create or replace function tide.disable_all_features() returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the flags are the owner's
declare
  v_count int;
begin
  update tide.rollouts r set state = 'rolled_back', reason = 'everything was switched off'
  where r.state in ('running', 'stopped');
  delete from tide.feature_overrides o where o.enabled;
  update tide.feature_flags f set enabled = false where f.enabled is distinct from false;
  get diagnostics v_count = row_count;
  perform tide.audit('features.disabled', null, jsonb_build_object('count', v_count));
  return v_count;
end
$$;
comment on function tide.disable_all_features() is
  'Switches every feature off, for everybody, at once: flags, users for whom one was on, and '
  'rollouts. Answers how many were not off. What it took back stands in the audit log.';
