create or replace function work.delete_project(project_id uuid)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from work.projects x
  where x.id = delete_project.project_id
  returning to_jsonb(x)
$$;
comment on function work.delete_project(uuid) is
  'Deletes a project with everything in it; its last image, null when there was none.';
