create or replace function work.get_project(user_id uuid, project_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select work.authorize(get_project.user_id, 'read', 'project', get_project.project_id);
  select to_jsonb(p) from work.projects p where p.id = get_project.project_id
$$;
comment on function work.get_project(uuid, uuid) is
  'The row of a project, as far as the user, if named, may see it; P0002 otherwise.';
