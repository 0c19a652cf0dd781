create or replace function work.branch_summary(branch_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select b.body::jsonb from work._branch_bodies(array[branch_summary.branch_id]) b
$$;
comment on function work.branch_summary(uuid) is
  'One row of work.branch_summaries as JSON; null when there is no such branch.';
