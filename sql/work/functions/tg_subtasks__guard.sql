create or replace function work.tg_subtasks__guard()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: like a foreign key, it looks the task up as the owner, so that a writer
-- needs no right on work.tasks to add a subtask
begin
  -- The lock the foreign key takes anyway: taken first, a concurrent move is waited for.
  select t.git_branch_id, t.project_id into new.git_branch_id, new.project_id
  from work.tasks t
  where t.id = new.task_id
  for key share;
  if not found and new.task_id is not null then
    raise foreign_key_violation using
      message = format('task %s does not exist', new.task_id),
      constraint = 'subtask_task_is_in_same_branch', schema = 'work', table = 'subtasks',
      column = 'task_id';
  end if;
  return new;
end
$$;
comment on function work.tg_subtasks__guard() is
  'Fills git_branch_id and project_id from the task; the foreign key verifies them.';
