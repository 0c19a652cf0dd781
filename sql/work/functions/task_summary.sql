create or replace function work.task_summary(task_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select b.body::jsonb from work._task_bodies(array[task_summary.task_id]) b
$$;
comment on function work.task_summary(uuid) is
  'A task as JSON with total_subtasks, completed_subtasks and total_children; null when absent.';
