create or replace trigger _800_audit
  after insert or delete or update of user_id, role, sources, expires_at, revoked_at
  on work.api_keys
  for each row
  execute function work.tg_api_keys__audit();
