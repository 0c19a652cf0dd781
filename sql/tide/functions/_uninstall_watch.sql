create or replace function tide._uninstall_watch(watched tide.watched) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_function regprocedure;
  v_trigger record;
begin
  for v_function in
    select p.oid from pg_proc p
    where p.pronamespace = 'tide'::regnamespace and p.proname = any (array(
      select tide._generated_name(watched, o)
      from unnest('{insert,update,delete,truncate,rows}'::text[]) o))
  loop
    -- those of partitions that were detached since go with it
    for v_trigger in
      select t.tgname, t.tgrelid::regclass as relation from pg_trigger t where t.tgfoid = v_function
    loop
      execute format('drop trigger %I on %s', v_trigger.tgname, v_trigger.relation);
    end loop;
    execute format('drop function %s', v_function);
  end loop;
  delete from tide.summary_sources s where s.source = watched.target;
  perform tide._drop_summaries();
  delete from tide.cascades c where c.entity = watched.entity;
end
$$;
comment on function tide._uninstall_watch(tide.watched) is
  'Drops a watch''s triggers and functions, and takes its table out of summaries and cascades.';
