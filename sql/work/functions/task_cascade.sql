create or replace function work.task_cascade(changes tide.change[])
returns table (ordinal int, member text, id text, body jsonb)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select a.ordinal, a.member, a.id, a.body
  from work._affected_ancestors(task_cascade.changes) a
  union all
  select a.ordinal, a.member, a.id, a.body
  from work._affected_branches(task_cascade.changes, 'git_branch_id') a
  union all
  select a.ordinal, a.member, a.id, a.body
  from work._affected_projects(task_cascade.changes, 'project_id') a
  union all
  select a.ordinal, a.member, a.id, a.body
  from work._affected_contexts(task_cascade.changes) a;
end
$$;
comment on function work.task_cascade(tide.change[]) is
  'What a tick''s task changes reach: ancestors, branches and projects on both sides, contexts.';
