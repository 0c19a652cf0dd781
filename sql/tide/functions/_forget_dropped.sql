create or replace function tide._forget_dropped() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_watched tide.watched;
begin
  for v_watched in
    select w.* from tide.watched w where not exists (select from pg_class c where c.oid = w.target)
  loop
    begin
      delete from tide.watched w where w.id = v_watched.id;
      perform tide._uninstall_watch(v_watched);
    exception when insufficient_privilege then
      perform tide._report(v_watched.entity,
        'its table is gone, a former partition still told: as its owner, '
        'select tide.refresh_watches()');
    end;
  end loop;
end
$$;
comment on function tide._forget_dropped() is 'Removes the watches of tables that are no more.';
