-- plpgsql and a generic plan: every tick calls it, and planning costs more than reading.
create or replace function work._branch_bodies(branch_ids uuid[])
returns table (id uuid, body json)
language plpgsql
stable
rows 100
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select b.branch_id, row_to_json(b)
  from work.branch_summaries b
  where b.branch_id = any (_branch_bodies.branch_ids);
end
$$;
comment on function work._branch_bodies(uuid[]) is
  'The summaries of these branches as JSON; none for a branch that does not exist.';
