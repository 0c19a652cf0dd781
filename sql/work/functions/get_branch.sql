create or replace function work.get_branch(user_id uuid, branch_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select work.authorize(get_branch.user_id, 'read', 'branch', get_branch.branch_id);
  select to_jsonb(b) from work.branches b where b.id = get_branch.branch_id
$$;
comment on function work.get_branch(uuid, uuid) is
  'The row of a branch, as far as the user, if named, may see it; P0002 otherwise.';
