create or replace function work.get_branch_summary(user_id uuid, branch_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select work.authorize(get_branch_summary.user_id, 'read', 'branch', get_branch_summary.branch_id);
  select work.branch_summary(get_branch_summary.branch_id)
$$;
comment on function work.get_branch_summary(uuid, uuid) is
  'work.branch_summary, as far as the user, if named, may see it; P0002 otherwise.';
