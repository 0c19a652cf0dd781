create or replace function tide._install_trigger(
  target regclass, operation text, handler regprocedure
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text := '_700_event_' || operation;
begin
  if exists (select from pg_trigger t
    where t.tgrelid = target and t.tgname = v_name and t.tgfoid = handler) then
    return;
  end if;
  if exists (select from pg_trigger t where t.tgrelid = target and t.tgname = v_name) then
    execute format('drop trigger %I on %s', v_name, target);
  end if;
  execute format(
    'create trigger %I %s %s on %s %s for each statement execute function %s',
    v_name, case operation when 'truncate' then 'before' else 'after' end, operation, target,
    case operation
      when 'insert' then 'referencing new table as new_rows'
      when 'update' then 'referencing old table as old_rows new table as new_rows'
      when 'delete' then 'referencing old table as old_rows'
      else ''
    end, handler);
  -- also where session_replication_role is replica
  execute format('alter table %s enable always trigger %I', target, v_name);
exception when insufficient_privilege then
  perform tide._report(target::text, format(
    'changes of %s are not told: as its owner, select tide.refresh_watches()', target));
end
$$;
comment on function tide._install_trigger(regclass, text, regprocedure) is
  'Makes an event trigger where it is missing, so that nothing is locked when nothing changes.';
