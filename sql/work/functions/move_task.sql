create or replace function work.move_task(task_id uuid, branch_id uuid, parent_id uuid default null)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task jsonb;
begin
  with recursive subtree (id) as (
    select move_task.task_id
    union
    select t.id from subtree m join work.tasks t on t.parent_id = m.id
  ),
  moved as (
    update work.tasks t
    set
      git_branch_id = move_task.branch_id,
      parent_id = case when t.id = move_task.task_id then move_task.parent_id else t.parent_id end
    from subtree m
    where t.id = m.id
    returning t.id, to_jsonb(t) as task
  )
  select m.task into v_task from moved m where m.id = move_task.task_id;
  -- Checked now, so that it is this call which is refused and not the commit.
  set constraints work.task_parent_is_in_same_project immediate;
  set constraints work.task_parent_is_in_same_project deferred;
  return v_task;
end
$$;
comment on function work.move_task(uuid, uuid, uuid) is
  'Moves a task with all below it to a branch, under the parent given, else to the top; the row '
  'as it is then, null when there is none.';
