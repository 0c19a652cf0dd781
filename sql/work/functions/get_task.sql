create or replace function work.get_task(user_id uuid, task_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select work.authorize(get_task.user_id, 'read', 'task', get_task.task_id);
  select to_jsonb(t) from work.tasks t where t.id = get_task.task_id
$$;
comment on function work.get_task(uuid, uuid) is
  'The row of a task, as far as the user, if named, may see it; P0002 otherwise.';
