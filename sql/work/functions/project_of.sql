create or replace function work.project_of(entity text, id uuid)
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case project_of.entity
    when 'project' then (select p.id from work.projects p where p.id = project_of.id)
    when 'branch' then (select b.project_id from work.branches b where b.id = project_of.id)
    when 'task' then (select t.project_id from work.tasks t where t.id = project_of.id)
    when 'subtask' then (select s.project_id from work.subtasks s where s.id = project_of.id)
    when 'context' then (select x.project_id from work.contexts x where x.id = project_of.id)
  end
$$;
comment on function work.project_of(text, uuid) is
  'The project that an entity is in; null when there is no such entity.';
