create or replace function tide._drop_stray_triggers(
  watched tide.watched, handler regprocedure
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trigger record;
begin
  for v_trigger in
    select t.tgname, t.tgrelid::regclass as relation from pg_trigger t
    where t.tgfoid = handler
      and t.tgrelid not in (select p.part from tide._watched_parts(watched.target) p)
  loop
    begin
      execute format('drop trigger %I on %s', v_trigger.tgname, v_trigger.relation);
    exception when insufficient_privilege then
      perform tide._report(v_trigger.relation::text, format(
        'no partition of %s any more, but still told: as its owner, select tide.refresh_watches()',
        watched.target));
    end;
  end loop;
end
$$;
comment on function tide._drop_stray_triggers(tide.watched, regprocedure) is
  'Takes an event trigger off the tables that are a partition of the watched one no longer.';
