-- plpgsql and a generic plan: every tick calls it, and planning costs more than reading.
create or replace function work._task_bodies(task_ids uuid[])
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
  select t.task_id, row_to_json(t)
  from work.task_summaries t
  where t.task_id = any (_task_bodies.task_ids);
end
$$;
comment on function work._task_bodies(uuid[]) is
  'The rows of work.task_summaries for these tasks as JSON; none for a task that does not exist.';
