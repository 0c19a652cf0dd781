create or replace function work.project_summary(project_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select b.body::jsonb from work._project_bodies(array[project_summary.project_id]) b
$$;
comment on function work.project_summary(uuid) is
  'One row of work.project_summaries as JSON; null when there is no such project.';
