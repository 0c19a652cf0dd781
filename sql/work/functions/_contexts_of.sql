create or replace function work._contexts_of(changes tide.change[])
returns table (id uuid, body json, ordinals int[])
language plpgsql
stable
rows 100
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with place as materialized (
    select split_part(t.topic, ':', 1) as kind, split_part(t.topic, ':', 2)::uuid as id,
      array_agg(c.ordinal) as ordinals
    from unnest(_contexts_of.changes) c
    cross join unnest(c.topics) as t (topic)
    where c.entity = 'task' and (t.topic like 'branch:%' or t.topic like 'task:%')
    group by 1, 2
  ),
  context as (
    select x.*, p.ordinals
    from place p
    join work.contexts x on x.branch_id = p.id and x.task_id is null
    where p.kind = 'branch'
    union all
    select x.*, p.ordinals
    from place p
    join work.contexts x on x.task_id = p.id
    where p.kind = 'task'
  )
  select c.id, json_build_object(
    'id', c.id, 'key', c.key, 'project_id', c.project_id, 'branch_id', c.branch_id,
    'task_id', c.task_id, 'updated_at', c.updated_at), c.ordinals
  from context c;
end
$$;
comment on function work._contexts_of(tide.change[]) is
  'What is known of the changed tasks and of their branches: where it belongs and when it changed, '
  'not what it says.';
