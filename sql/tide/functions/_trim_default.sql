create or replace function tide._trim_default() returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from tide.events_default e
  using tide._head() h
  where e.at < now() - make_interval(hours => tide._setting('retention_hours'))
    and pg_visible_in_snapshot(e.xid, h.snapshot)
    and exists (select from tide.ticks t where t.number = h.tick - 1)
    and e.at < (select min(t.at) from tide.ticks t)
    and pg_visible_in_snapshot(e.xid,
      (select t.snapshot from tide.ticks t order by t.number limit 1))
$$;
comment on function tide._trim_default() is
  'Deletes from the default partition what is numbered, past the retention and older than any '
  'tick, by time and by what the oldest one shows.';
