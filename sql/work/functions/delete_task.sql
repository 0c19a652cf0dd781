create or replace function work.delete_task(task_id uuid)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from work.tasks x
  where x.id = delete_task.task_id
  returning to_jsonb(x)
$$;
comment on function work.delete_task(uuid) is
  'Deletes a task with all below it, its subtasks and contexts; its last image, null when there '
  'was none.';
