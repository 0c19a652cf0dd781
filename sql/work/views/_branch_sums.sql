-- What is stored is as of the last tick; tide.pending_sums adds what came after it, so a reader
-- sees the truth of its own snapshot whether or not anybody ticks.
create or replace view work._branch_sums as
select
  b.id as branch_id,
  b.project_id,
  b.name,
  b.archived_at is not null as archived,
  b.created_at,
  b.updated_at,
  coalesce(t.total_tasks, 0) + coalesce(p.totals[1], 0)::bigint as total_tasks,
  coalesce(t.completed_tasks, 0) + coalesce(p.totals[2], 0)::bigint as completed_tasks,
  coalesce(t.in_progress_tasks, 0) + coalesce(p.totals[3], 0)::bigint as in_progress_tasks,
  coalesce(t.todo_tasks, 0) + coalesce(p.totals[4], 0)::bigint as todo_tasks,
  coalesce(t.blocked_tasks, 0) + coalesce(p.totals[5], 0)::bigint as blocked_tasks,
  coalesce(t.cancelled_tasks, 0) + coalesce(p.totals[6], 0)::bigint as cancelled_tasks,
  coalesce(t.low_tasks, 0) + coalesce(p.totals[7], 0)::bigint as low_tasks,
  coalesce(t.medium_tasks, 0) + coalesce(p.totals[8], 0)::bigint as medium_tasks,
  coalesce(t.high_tasks, 0) + coalesce(p.totals[9], 0)::bigint as high_tasks,
  coalesce(t.urgent_tasks, 0) + coalesce(p.totals[10], 0)::bigint as urgent_tasks,
  coalesce(t.progress_sum, 0) + coalesce(p.totals[11], 0)::bigint as progress_sum,
  coalesce(t.total_subtasks, 0) + coalesce(p.totals[12], 0)::bigint as total_subtasks,
  coalesce(t.completed_subtasks, 0) + coalesce(p.totals[13], 0)::bigint as completed_subtasks,
  greatest(b.updated_at, t.changed_at, p.changed_at) as last_activity
from work.branches b
left join work.branch_totals t on t.branch_id = b.id
left join tide.pending_sums('work.branch_totals'::regclass) p on p.group_key = b.id::text
where (select work.current_user_id()) is null
  or b.project_id in (select work.my_projects());
comment on view work._branch_sums is
  'The sums of every branch, exact at the reader''s snapshot; the two summary views build on it.';
