create or replace view work.task_summaries as
select
  t.id as task_id,
  t.id,
  t.git_branch_id,
  t.project_id,
  t.parent_id,
  t.title,
  t.description,
  t.status,
  t.priority,
  t.progress_percentage,
  t.assignee_id,
  t.created_at,
  t.updated_at,
  s.total_subtasks,
  s.completed_subtasks,
  (select count(*) from work.tasks c where c.parent_id = t.id) as total_children
from work.tasks t
cross join lateral (
  select
    count(*) as total_subtasks,
    count(*) filter (where s.status = 'done') as completed_subtasks
  from work.subtasks s
  where s.task_id = t.id
) s
where (select work.current_user_id()) is null
  or t.project_id in (select work.my_projects());
comment on view work.task_summaries is
  'One row per task with its subtasks and its direct children counted.';
