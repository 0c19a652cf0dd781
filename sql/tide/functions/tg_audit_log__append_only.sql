create or replace function tide.tg_audit_log__append_only() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_user <> 'tide_owner' then
    raise exception 'the audit log is append-only' using
      errcode = '42501', constraint = 'audit_log_is_append_only',
      hint = 'Its owner may archive it: set role tide_owner.';
  end if;
  return null;
end
$$;
comment on function tide.tg_audit_log__append_only() is
  'Refuses to change or remove what was noted, to superusers too; only tide_owner may.';
