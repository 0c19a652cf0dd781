create or replace function tide.tg_events__doorbell() returns trigger
language plpgsql volatile
as $$
-- No search_path is pinned, which would cost every writer more than all of this does: so nothing
-- may be found by it. Every function and operator is named with its schema.
begin
  -- Who does not get the lock is covered: the ringer commits while we are in flight, and a reader
  -- that sees somebody in flight looks again. A queue that some listener lets fill up would fail
  -- the commit: it is left alone, and found by looking.
  if coalesce(pg_catalog.current_setting('tide.doorbell', true), '') operator(pg_catalog.<>) 'off'
    and pg_catalog.pg_try_advisory_xact_lock(8433500661253)
    and pg_catalog.pg_notification_queue_usage() operator(pg_catalog.<) 0.9
  then
    perform pg_catalog.pg_notify('tide_doorbell', '');
  end if;
  return null;
end
$$;
comment on function tide.tg_events__doorbell() is
  'Wakes the service at commit, one ringer at a time, because NOTIFY serialises commits. '
  '`set tide.doorbell = off` for two-phase commit, which refuses NOTIFY.';
