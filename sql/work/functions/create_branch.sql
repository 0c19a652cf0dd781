create or replace function work.create_branch(project_id uuid, data jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select work._check_patch(create_branch.data, array['name']);
  insert into work.branches as b (id, project_id, name)
  values (
    coalesce((create_branch.data ->> 'id')::uuid, tide.uuid_v7()),
    create_branch.project_id,
    create_branch.data ->> 'name'
  )
  returning work._as_placed(to_jsonb(b), create_branch.data)
$$;
comment on function work.create_branch(uuid, jsonb) is
  'Creates a branch of {id?, name} in a project.';
