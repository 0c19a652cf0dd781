create or replace function work.update_project(project_id uuid, patch jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select work._check_patch(
    update_project.patch, array['name', 'description', 'archived_at']
  );
  update work.projects p
  set
    name = case when patch ? 'name' then patch ->> 'name' else p.name end,
    description = case
      when patch ? 'description' then patch ->> 'description' else p.description end,
    archived_at = case
      when patch ? 'archived_at' then (patch ->> 'archived_at')::timestamptz
      else p.archived_at end
  where p.id = update_project.project_id
  returning work._as_placed(to_jsonb(p), update_project.patch)
$$;
comment on function work.update_project(uuid, jsonb) is
  'Merge-patches name, description, archived_at; the row as it is then, null when there is '
  'none.';
