create or replace function work._affected_contexts(changes tide.change[])
returns table (ordinal int, member text, id text, body jsonb)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with mentioned as materialized (
    select m.ordinal, m.id from work._mentioned(_affected_contexts.changes, 'git_branch_id') m
  ),
  of_branch as materialized (
    select x.branch_id, x.id, x.body
    from work._context_bodies x
    where x.branch_id = any (array(select distinct m.id from mentioned m)) and x.task_id is null
  )
  select m.ordinal, 'contexts', o.id::text, o.body
  from mentioned m
  join of_branch o on o.branch_id = m.id
  union all
  select c.ordinal, 'contexts', x.id::text, x.body
  from unnest(_affected_contexts.changes) c
  join work._context_bodies x on x.task_id = c.key::uuid;
end
$$;
comment on function work._affected_contexts(tide.change[]) is
  'The contexts of the changed tasks and of their branches, without the bodies.';
