create or replace function work.delete_branch(branch_id uuid)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from work.branches x
  where x.id = delete_branch.branch_id
  returning to_jsonb(x)
$$;
comment on function work.delete_branch(uuid) is
  'Deletes a branch with its tasks and contexts; its last image, null when there was none.';
