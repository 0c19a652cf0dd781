create or replace function tide.unwatch(target regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_watched tide.watched;
  v_operation text;
  v_part regclass;
begin
  delete from tide.watched w where w.target = unwatch.target returning * into v_watched;
  if not found then
    raise exception '% is not watched', target using errcode = '42704',
      hint = 'See what is: select * from tide.watches.';
  end if;
  foreach v_operation in array array['insert', 'update', 'delete', 'truncate'] loop
    for v_part in
      select t.tgrelid from pg_trigger t join pg_proc p on p.oid = t.tgfoid
      where p.pronamespace = 'tide'::regnamespace
        and p.proname = tide._generated_name(target, v_operation)
    loop
      execute format('drop trigger %I on %s', '_700_event_' || v_operation, v_part);
    end loop;
    execute format('drop function tide.%I()', tide._generated_name(target, v_operation));
  end loop;
  execute format('drop function tide.%I(text[], bigint)', tide._generated_name(target, 'rows'));
  delete from tide.summary_sources s where s.source = target;
  perform tide._drop_summaries();
  delete from tide.cascades c where c.entity = v_watched.entity;
  perform tide._revoke_from_owner(v_watched);
end
$$;
comment on function tide.unwatch(regclass) is
  'Takes a table off the stream: its triggers, functions, grants, summaries and cascade go.';
