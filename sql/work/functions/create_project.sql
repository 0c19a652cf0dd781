create or replace function work.create_project(user_id uuid, data jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: who makes a project is no member of it yet, so no policy could allow it
declare
  v_project work.projects;
begin
  perform work._check_patch(create_project.data, array['name', 'description']);
  insert into work.projects (id, name, description)
  values (
    coalesce((create_project.data ->> 'id')::uuid, tide.uuid_v7()),
    create_project.data ->> 'name',
    create_project.data ->> 'description'
  )
  returning * into v_project;
  insert into work.project_members (project_id, user_id, role)
  select v_project.id, create_project.user_id, 'admin'
  where create_project.user_id is not null;
  return to_jsonb(v_project);
end
$$;
comment on function work.create_project(uuid, jsonb) is
  'Creates a project of {id?, name, description?}; the user, if any, becomes its admin.';
