create or replace function tide.tg_events__doorbell() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: fires as whoever writes, who needs no right on tide
begin
  -- Who does not get the lock is covered: the ringer commits while we are in flight, and a reader
  -- that sees somebody in flight looks again. A queue that some listener lets fill up would fail
  -- the commit: it is left alone, and found by looking.
  if current_setting('tide.doorbell', true) is distinct from 'off'
    and pg_try_advisory_xact_lock(8433500661253)
    and pg_notification_queue_usage() < 0.9
  then
    perform pg_notify('tide_doorbell', '');
  end if;
  return null;
end
$$;
comment on function tide.tg_events__doorbell() is
  'Wakes the service at commit, one ringer at a time, because NOTIFY serialises commits. '
  '`set tide.doorbell = off` for two-phase commit, which refuses NOTIFY.';
