create or replace function monitor.end_silences() returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: alerts are the owner's
declare
  v_count int;
begin
  update monitor.alerts a set silence_ends_at = null where a.silence_ends_at <= now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function monitor.end_silences() is
  'Takes off the silences that are over. Each is an event, by which webhooks are told how the '
  'alert stands now. The service calls it every second; cron may.';
