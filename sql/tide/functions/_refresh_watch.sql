create or replace function tide._refresh_watch(watched tide.watched) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform tide._install_watch(watched);
exception when others then
  -- one that cannot be right any more, without its key say, must not keep others from it
  if not watched.guarded then
    raise;
  end if;
  if sqlstate in ('55P03', '40P01') then
    return;  -- somebody holds a lock: it stays stale until the next time
  end if;
  perform tide._report(watched.target::text, format('cannot be watched as it is: %s', sqlerrm));
  update tide.watched w set shape = tide._shape(w.target) where w.id = watched.id;
end
$$;
comment on function tide._refresh_watch(tide.watched) is
  'Writes the functions of one watch again; a guarded one that cannot be is a problem, not a '
  'failure.';
