create or replace function tide.audit(
  action text, target text default null, detail jsonb default null
) returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: nobody writes the log but through here
  insert into tide.audit_log (
    action, target, detail, actor, login, role, address, application_name, client_address,
    correlation_id)
  select audit.action, audit.target, audit.detail,
    coalesce(nullif(current_setting('tide.actor', true), ''), session_user),
    session_user,
    coalesce(nullif(current_setting('role', true), 'none'), session_user),
    inet_client_addr(),
    nullif(current_setting('application_name', true), ''),
    nullif(current_setting('tide.client_address', true), ''),
    nullif(current_setting('tide.correlation_id', true), '')
$$;
comment on function tide.audit(text, text, jsonb) is
  'Notes an administrative act: what (two words, table.watched), to what, and who and from where '
  'as the session knows it. It commits with the act.';
