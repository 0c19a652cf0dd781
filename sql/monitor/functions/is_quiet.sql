create or replace function monitor.is_quiet(entity text, key text) returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: who delivers need not see alerts
  select exists (
    select from monitor.alerts a
    where a.silence_ends_at > now() and a.id = case entity
      when 'alert' then is_quiet.key::uuid
      when 'alert_comment' then (
        select c.alert_id from monitor.alert_comments c where c.id = is_quiet.key::uuid
      )
    end
  )
$$;
comment on function monitor.is_quiet(text, text) is
  'Whether an event on monitor:alerts is of an alert that is silenced now: webhooks are not told '
  'of it. How the alert stands is told when the silence ends.';
