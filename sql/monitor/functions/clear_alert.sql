create or replace function monitor.clear_alert(key text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update monitor.alerts a
  set status = 'resolved', resolved_at = now(), resolved_by = 'monitor'
  where a.key = clear_alert.key and a.status <> 'resolved';
  return found;
end
$$;
comment on function monitor.clear_alert(text) is
  'Resolves what is open under a key, because it is over; false when there was nothing.';
