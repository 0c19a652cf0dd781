create or replace function work.create_task(branch_id uuid, data jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := create_task.data;
  v_task work.tasks;
begin
  perform work._check_patch(v_data, array['parent_id', 'title', 'description', 'status',
    'priority', 'progress_percentage', 'assignee_id']);
  insert into work.tasks as t (
    id, git_branch_id, parent_id, title, description, status, priority,
    progress_percentage, assignee_id
  )
  values (
    coalesce((v_data ->> 'id')::uuid, tide.uuid_v7()),
    coalesce(create_task.branch_id, (v_data ->> 'git_branch_id')::uuid),
    (v_data ->> 'parent_id')::uuid,
    v_data ->> 'title',
    v_data ->> 'description',
    coalesce(v_data ->> 'status', 'todo'),
    coalesce(v_data ->> 'priority', 'medium'),
    coalesce((v_data ->> 'progress_percentage')::numeric::int, 0),
    (v_data ->> 'assignee_id')::uuid
  )
  returning t.* into v_task;
  if v_task.parent_id is not null then
    -- Checked now, so that it is this call which is refused and not the commit.
    set constraints work.task_parent_is_in_same_project immediate;
    set constraints work.task_parent_is_in_same_project deferred;
  end if;
  return work._as_placed(to_jsonb(v_task), v_data);
end
$$;
comment on function work.create_task(uuid, jsonb) is
  'Creates a task from {title, …} on a branch, or on data.git_branch_id when that is null.';
