-- plpgsql and a generic plan: every tick calls it, and planning costs more than reading.
create or replace function work._project_bodies(project_ids uuid[])
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
  select p.project_id, row_to_json(p)
  from work.project_summaries p
  where p.project_id = any (_project_bodies.project_ids);
end
$$;
comment on function work._project_bodies(uuid[]) is
  'The summaries of these projects as JSON; none for a project that does not exist.';
