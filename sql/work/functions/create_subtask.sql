create or replace function work.create_subtask(task_id uuid, data jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select work._check_patch(
    create_subtask.data, array['title', 'status', 'progress_percentage']
  );
  insert into work.subtasks as s (id, task_id, title, status, progress_percentage)
  values (
    coalesce((data ->> 'id')::uuid, tide.uuid_v7()),
    coalesce(create_subtask.task_id, (data ->> 'task_id')::uuid),
    data ->> 'title',
    coalesce(data ->> 'status', 'todo'),
    coalesce((data ->> 'progress_percentage')::numeric::int, 0)
  )
  returning work._as_placed(to_jsonb(s), create_subtask.data)
$$;
comment on function work.create_subtask(uuid, jsonb) is
  'Creates a subtask of {id?, title, status?, progress_percentage?} on a task.';
