select s.branch_id, s.total_tasks, s.completed_tasks, s.in_progress_tasks, s.avg_progress,
  s.priority_breakdown, s.last_activity
from work.branch_summaries s
where s.project_id = any (array[lpad('101', 32, '0'), lpad('102', 32, '0'), lpad('103', 32, '0'),
  lpad('104', 32, '0')]::uuid[]);
