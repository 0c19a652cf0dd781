create or replace view work.branch_summaries as
select
  s.branch_id,
  s.branch_id as id,
  s.project_id,
  s.name,
  s.archived,
  s.created_at,
  s.total_tasks,
  s.completed_tasks,
  s.in_progress_tasks,
  s.in_progress_tasks as active_tasks,
  s.todo_tasks,
  s.blocked_tasks,
  s.cancelled_tasks,
  s.total_subtasks,
  s.completed_subtasks,
  round(s.progress_sum::numeric / nullif(s.total_tasks, 0), 2) as avg_progress,
  jsonb_build_object(
    'low', s.low_tasks, 'medium', s.medium_tasks, 'high', s.high_tasks, 'urgent', s.urgent_tasks
  ) as priority_breakdown,
  s.last_activity,
  s.updated_at
from work._branch_sums s;
comment on view work.branch_summaries is
  'One row per branch, exact at the reader''s snapshot; avg_progress is null without tasks.';
