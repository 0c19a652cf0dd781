create or replace function work.tg_api_keys__audit()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: who may change a key need have no right on the log
declare
  v_key work.api_keys := case tg_op when 'DELETE' then old else new end;
  v_act text := case tg_op when 'INSERT' then 'created' when 'DELETE' then 'deleted'
    else 'changed' end;
begin
  if tg_op = 'UPDATE' and old.revoked_at is null and new.revoked_at is not null then
    v_act := 'revoked';
  end if;
  perform tide.audit('key.' || v_act, v_key.prefix, jsonb_build_object(
    'user_id', v_key.user_id, 'name', v_key.name, 'role', v_key.role, 'sources', v_key.sources,
    'expires_at', v_key.expires_at));
  return null;
end
$$;
comment on function work.tg_api_keys__audit() is
  'Notes what becomes of a key, by its prefix; that it was used is no act of an administrator.';
