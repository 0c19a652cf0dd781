create or replace function work.archive_branch(branch_id uuid, archived boolean default true)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  update work.branches x
  set archived_at = case when archive_branch.archived then coalesce(x.archived_at, now()) end
  where x.id = archive_branch.branch_id
  returning to_jsonb(x)
$$;
comment on function work.archive_branch(uuid, boolean) is
  'Archives a branch, or brings it back; the row as it is then, null when there is none.';
