create or replace function work.cascade(changes tide.change[])
returns table (member text, id text, body json, ordinals int[])
language plpgsql
stable
rows 200
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with named as materialized (
    select n.kind, n.id, n.ordinals from work._named(cascade.changes) n
    union all
    select 'task', a.id, a.ordinals from work._ancestors_of(cascade.changes) a
  )
  select 'branches', n.id::text,
    coalesce(b.body, json_build_object('id', n.id, 'deleted', true)), n.ordinals
  from named n
  left join work._branch_bodies(array(select i.id from named i where i.kind = 'branch')) b
    on b.id = n.id
  where n.kind = 'branch'
  union all
  select 'projects', n.id::text,
    coalesce(p.body, json_build_object('id', n.id, 'deleted', true)), n.ordinals
  from named n
  left join work._project_bodies(array(select i.id from named i where i.kind = 'project')) p
    on p.id = n.id
  where n.kind = 'project'
  union all
  select 'tasks', n.id::text,
    coalesce(t.body, json_build_object('id', n.id, 'deleted', true)), n.ordinals
  from named n
  left join work._task_bodies(array(select i.id from named i where i.kind = 'task')) t
    on t.id = n.id
  where n.kind = 'task'
  union all
  select 'contexts', x.id::text, x.body, x.ordinals
  from work._contexts_of(cascade.changes) x;
end
$$;
comment on function work.cascade(tide.change[]) is
  'What changes of this room moved upstream: the branches, projects and tasks that they are told '
  'to, a task''s ancestors, and what is known of a changed task and its branch.';
