create or replace function work.get_project_summary(user_id uuid, project_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select work.authorize(
    get_project_summary.user_id, 'read', 'project', get_project_summary.project_id
  );
  select work.project_summary(get_project_summary.project_id)
$$;
comment on function work.get_project_summary(uuid, uuid) is
  'work.project_summary, as far as the user, if named, may see it; P0002 otherwise.';
