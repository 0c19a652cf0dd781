-- The second wall. The first is what a function asks (work.may, work.visible_projects); should one
-- forget to, a transaction that acts for a person (work.become) still finds nothing of others.
-- Everybody else is held by grants alone, as if there were no policies. They are in force once
-- work.enforce_row_security(true) was called; docs/adr/0013-a-second-wall.md says why not before.
do $$
declare
  v_table text;
  v_policy text;
begin
  foreach v_table in array array['projects', 'project_members', 'branches', 'tasks', 'subtasks',
    'contexts'] loop
    for v_policy in
      select p.polname from pg_catalog.pg_policy p
      where p.polrelid = format('work.%I', v_table)::regclass
        and p.polname in ('grants_decide', 'people_read', 'people_insert', 'people_update',
          'people_delete')
    loop
      execute format('drop policy %I on work.%I', v_policy, v_table);
    end loop;
    execute format(
      'create policy grants_decide on work.%I to public using (true) with check (true)', v_table);
  end loop;

  foreach v_table in array array['project_members', 'branches', 'tasks', 'subtasks', 'contexts']
  loop
    execute format('create policy people_read on work.%I as restrictive for select to tide_user '
      'using (project_id in (select work.my_projects()))', v_table);
  end loop;
  create policy people_read on work.projects as restrictive for select to tide_user
    using (id in (select work.my_projects()));

  foreach v_table in array array['branches', 'tasks', 'subtasks', 'contexts'] loop
    execute format('create policy people_insert on work.%I as restrictive for insert to tide_user '
      'with check (project_id in (select work.my_projects(''write'')))', v_table);
    execute format('create policy people_update on work.%I as restrictive for update to tide_user '
      'using (project_id in (select work.my_projects(''write'')))', v_table);
    execute format('create policy people_delete on work.%I as restrictive for delete to tide_user '
      'using (project_id in (select work.my_projects(''write'')))', v_table);
  end loop;
end
$$;

-- A project is made by work.create_project, which makes its first member too.
create policy people_insert on work.projects as restrictive for insert to tide_user
  with check (false);
create policy people_update on work.projects as restrictive for update to tide_user
  using (id in (select work.my_projects('write')));
create policy people_delete on work.projects as restrictive for delete to tide_user
  using (id in (select work.my_projects('manage')));

create policy people_insert on work.project_members as restrictive for insert to tide_user
  with check (project_id in (select work.my_projects('manage')));
create policy people_update on work.project_members as restrictive for update to tide_user
  using (project_id in (select work.my_projects('manage')));
create policy people_delete on work.project_members as restrictive for delete to tide_user
  using (project_id in (select work.my_projects('manage')));
