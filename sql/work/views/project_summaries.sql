-- Sums of branches, so it is exact for the same reason as work.branch_summaries. Lateral: a
-- project is read by its index whether one, some or all are asked for.
create or replace view work.project_summaries as
select
  p.id as project_id,
  p.id,
  p.name,
  p.archived_at is not null as archived,
  p.created_at,
  s.total_branches,
  s.total_tasks,
  s.completed_tasks,
  s.in_progress_tasks,
  s.in_progress_tasks as active_tasks,
  s.todo_tasks,
  s.blocked_tasks,
  s.cancelled_tasks,
  round(s.progress_sum::numeric / nullif(s.total_tasks, 0), 2) as avg_progress,
  jsonb_build_object(
    'low', s.low_tasks, 'medium', s.medium_tasks, 'high', s.high_tasks, 'urgent', s.urgent_tasks
  ) as priority_breakdown,
  greatest(p.updated_at, s.last_activity) as last_activity,
  p.updated_at
from work.projects p
cross join lateral (
  select
    count(*) as total_branches,
    coalesce(sum(b.total_tasks), 0)::bigint as total_tasks,
    coalesce(sum(b.completed_tasks), 0)::bigint as completed_tasks,
    coalesce(sum(b.in_progress_tasks), 0)::bigint as in_progress_tasks,
    coalesce(sum(b.todo_tasks), 0)::bigint as todo_tasks,
    coalesce(sum(b.blocked_tasks), 0)::bigint as blocked_tasks,
    coalesce(sum(b.cancelled_tasks), 0)::bigint as cancelled_tasks,
    coalesce(sum(b.low_tasks), 0)::bigint as low_tasks,
    coalesce(sum(b.medium_tasks), 0)::bigint as medium_tasks,
    coalesce(sum(b.high_tasks), 0)::bigint as high_tasks,
    coalesce(sum(b.urgent_tasks), 0)::bigint as urgent_tasks,
    coalesce(sum(b.progress_sum), 0)::bigint as progress_sum,
    max(b.last_activity) as last_activity
  from work._branch_sums b
  where b.project_id = p.id
) s
where (select work.current_user_id()) is null
  or p.id in (select work.my_projects());
comment on view work.project_summaries is
  'One row per project, archived branches included, exact at the reader''s snapshot.';
