create or replace function monitor.tg_alerts__count_occurrence() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: who may raise an alert need not be able to change one
begin
  new.key := coalesce(new.key, new.title);
  if new.status = 'resolved' or new.title is null then
    return new;
  end if;
  -- two that raise the same at once take turns
  perform pg_advisory_xact_lock(hashtext('monitor.alerts'), hashtext(new.key));
  update monitor.alerts a
  set occurrence_count = a.occurrence_count + 1, last_seen_at = now(),
    title = new.title, detail = new.detail,
    severity = case when array_position('{info,warning,critical}', new.severity)
      > array_position('{info,warning,critical}', a.severity) then new.severity else a.severity end
  where a.key = new.key and a.status <> 'resolved';
  if found then
    return null;
  end if;
  new.silence_ends_at := coalesce(new.silence_ends_at, (
    select max(a.silence_ends_at) from monitor.alerts a
    where a.key = new.key and a.silence_ends_at > now()
  ));
  return new;
end
$$;
comment on function monitor.tg_alerts__count_occurrence() is
  'An alert whose key is open already counts as another occurrence of it, with the newest words '
  'and the higher severity; one whose key is kept quiet is quiet too.';
