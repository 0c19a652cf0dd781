create or replace function work.tg_tasks__guard()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: like a foreign key, it looks the branch up as the owner, so that a writer
-- needs no right on work.branches to add a task
begin
  -- The lock the foreign key takes anyway: taken first, a concurrent move is waited for.
  select b.project_id into new.project_id
  from work.branches b
  where b.id = new.git_branch_id
  for key share;
  if not found and new.git_branch_id is not null then
    raise foreign_key_violation using
      message = format('branch %s does not exist', new.git_branch_id),
      constraint = 'task_branch_is_in_same_project', schema = 'work', table = 'tasks',
      column = 'git_branch_id';
  end if;
  return new;
end
$$;
comment on function work.tg_tasks__guard() is
  'Fills project_id from the branch when a writer does not name it; the foreign key verifies it.';
