create or replace function work.archive_project(project_id uuid, archived boolean default true)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  update work.projects x
  set archived_at = case when archive_project.archived then coalesce(x.archived_at, now()) end
  where x.id = archive_project.project_id
  returning to_jsonb(x)
$$;
comment on function work.archive_project(uuid, boolean) is
  'Archives a project, or brings it back; the row as it is then, null when there is none.';
