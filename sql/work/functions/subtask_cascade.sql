create or replace function work.subtask_cascade(changes tide.change[])
returns table (ordinal int, member text, id text, body jsonb)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select a.ordinal, a.member, a.id, a.body
  from work._affected_tasks(subtask_cascade.changes, 'task_id') a
  union all
  select a.ordinal, a.member, a.id, a.body
  from work._affected_branches(subtask_cascade.changes, 'git_branch_id') a
  union all
  select a.ordinal, a.member, a.id, a.body
  from work._affected_projects(subtask_cascade.changes, 'project_id') a;
end
$$;
comment on function work.subtask_cascade(tide.change[]) is
  'What a tick''s subtask changes reach: their tasks, branches and projects.';
