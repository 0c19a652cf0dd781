create or replace function work.move_branch(branch_id uuid, project_id uuid)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_branch work.branches;
begin
  update work.branches b
  set project_id = move_branch.project_id
  where b.id = move_branch.branch_id
  returning b.* into v_branch;
  -- Checked now, so that it is this call which is refused and not the commit.
  set constraints work.task_parent_is_in_same_project immediate;
  set constraints work.task_parent_is_in_same_project deferred;
  return case when v_branch.id is not null then to_jsonb(v_branch) end;
end
$$;
comment on function work.move_branch(uuid, uuid) is
  'Moves a branch with all its tasks to another project; refused while a task has its parent, '
  'or a child, in a branch that stays.';
