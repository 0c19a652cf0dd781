create or replace function work.update_task(task_id uuid, patch jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task work.tasks;
begin
  perform work._check_patch(patch, array['title', 'description', 'status', 'priority',
    'progress_percentage', 'assignee_id', 'parent_id']);
  update work.tasks t
  set
    title = case when patch ? 'title' then patch ->> 'title' else t.title end,
    description = case
      when patch ? 'description' then patch ->> 'description' else t.description end,
    status = case when patch ? 'status' then patch ->> 'status' else t.status end,
    priority = case when patch ? 'priority' then patch ->> 'priority' else t.priority end,
    progress_percentage = case
      when patch ? 'progress_percentage' then (patch ->> 'progress_percentage')::numeric::int
      else t.progress_percentage end,
    assignee_id = case
      when patch ? 'assignee_id' then (patch ->> 'assignee_id')::uuid else t.assignee_id end,
    parent_id = case
      when patch ? 'parent_id' then (patch ->> 'parent_id')::uuid else t.parent_id end
  where t.id = update_task.task_id
  returning t.* into v_task;
  if patch ? 'parent_id' then
    -- Checked now, so that it is this call which is refused and not the commit.
    set constraints work.task_parent_is_in_same_project immediate;
    set constraints work.task_parent_is_in_same_project deferred;
  end if;
  return work._as_placed(case when v_task.id is not null then to_jsonb(v_task) end, patch);
end
$$;
comment on function work.update_task(uuid, jsonb) is
  'Merge-patches a task; the row as it is then, null when there is none. move_task changes '
  'branch.';
