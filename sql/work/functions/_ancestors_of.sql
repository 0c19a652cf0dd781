create or replace function work._ancestors_of(changes tide.change[])
returns table (id uuid, ordinals int[])
language plpgsql
stable
rows 10
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with recursive parent as materialized (
    select p.id, array_agg(distinct c.ordinal) as ordinals
    from unnest(_ancestors_of.changes) c
    cross join unnest(array[
      c.record ->> 'parent_id', c.delta -> 'parent_id' ->> 0, c.delta -> 'parent_id' ->> 1
    ]::uuid[]) as p (id)
    where c.entity = 'task' and p.id is not null
    group by p.id
  ),
  above (below, id, depth) as (
    select p.id, p.id, 1 from parent p
    union
    select a.below, t.parent_id, a.depth + 1
    from above a
    join work.tasks t on t.id = a.id and t.parent_id is not null
    where a.depth < 100
  )
  select a.id, array_agg(distinct o.ordinal)
  from above a
  join parent p on p.id = a.below
  cross join unnest(p.ordinals) as o (ordinal)
  group by a.id;
end
$$;
comment on function work._ancestors_of(tide.change[]) is
  'All tasks above the changed ones, and above where they were before a move.';
