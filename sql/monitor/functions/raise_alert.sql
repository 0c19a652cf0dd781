create or replace function monitor.raise_alert(
  key text, severity text, title text, detail jsonb default '{}', rule_id uuid default null
) returns uuid
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into monitor.alerts (key, severity, title, detail, rule_id)
  values (raise_alert.key, raise_alert.severity, raise_alert.title,
    coalesce(raise_alert.detail, '{}'), raise_alert.rule_id);
  select a.id from monitor.alerts a
  where a.key = raise_alert.key and a.status <> 'resolved'
$$;
comment on function monitor.raise_alert(text, text, text, jsonb, uuid) is
  'Opens an alert, or counts another occurrence of the one with this key; answers with its id.';
