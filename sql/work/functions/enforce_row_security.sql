create or replace function work.enforce_row_security(enforced boolean)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_table text;
begin
  foreach v_table in array array['projects', 'project_members', 'branches', 'tasks', 'subtasks',
    'contexts'] loop
    execute format('alter table work.%I %s row level security', v_table,
      case when enforce_row_security.enforced then 'enable' else 'disable' end);
  end loop;
  perform tide.audit('row_security.switched', 'work',
    jsonb_build_object('enforced', enforce_row_security.enforced));
end
$$;
comment on function work.enforce_row_security(boolean) is
  'Puts the policies of policies.sql in force or out of it; they hold for who acts for a person. '
  'In force, Postgres refuses COPY FROM to every login that is neither owner nor BYPASSRLS.';
