create or replace function work._affected_ancestors(changes tide.change[])
returns table (ordinal int, member text, id text, body jsonb)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with recursive parents as materialized (
    select m.ordinal, m.id
    from work._mentioned(_affected_ancestors.changes, 'parent_id') m
  ),
  above (parent_id, id, depth) as (
    select distinct p.id, p.id, 1 from parents p
    union
    select a.parent_id, (select t.parent_id from work.tasks t where t.id = a.id), a.depth + 1
    from above a
    where a.id is not null and a.depth < 100
  )
  select distinct on (p.ordinal, a.id) p.ordinal, 'tasks', a.id::text,
    coalesce(b.body, jsonb_build_object('id', a.id, 'deleted', true))
  from parents p
  join above a on a.parent_id = p.id and a.id is not null
  left join work._task_bodies((select array_agg(distinct i.id) from above i)) b on b.id = a.id;
end
$$;
comment on function work._affected_ancestors(tide.change[]) is
  'The task summaries of all that is above the changed tasks, and was above them before a move.';
