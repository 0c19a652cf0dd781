create or replace function tide._forget_dropped() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_watched tide.watched;
begin
  for v_watched in
    delete from tide.watched w where not exists (select from pg_class c where c.oid = w.target)
    returning w.*
  loop
    perform tide._uninstall_watch(v_watched);
  end loop;
end
$$;
comment on function tide._forget_dropped() is 'Removes the watches of tables that are no more.';
