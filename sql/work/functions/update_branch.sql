create or replace function work.update_branch(branch_id uuid, patch jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select work._check_patch(update_branch.patch, array['name', 'archived_at']);
  update work.branches b
  set
    name = case when patch ? 'name' then patch ->> 'name' else b.name end,
    archived_at = case
      when patch ? 'archived_at' then (patch ->> 'archived_at')::timestamptz
      else b.archived_at end
  where b.id = update_branch.branch_id
  returning work._as_placed(to_jsonb(b), update_branch.patch)
$$;
comment on function work.update_branch(uuid, jsonb) is
  'Merge-patches name, archived_at; the row as it is then, null when there is none.';
