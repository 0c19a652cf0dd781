select b.id, count(t.id) as total_tasks, count(t.id) filter (where t.status = 'done') as completed_tasks,
  count(t.id) filter (where t.status = 'in_progress') as in_progress_tasks,
  round(avg(t.progress_percentage), 2) as avg_progress,
  jsonb_build_object('low', count(t.id) filter (where t.priority = 'low'),
    'medium', count(t.id) filter (where t.priority = 'medium'),
    'high', count(t.id) filter (where t.priority = 'high'),
    'urgent', count(t.id) filter (where t.priority = 'urgent')) as priority_breakdown,
  greatest(b.updated_at, max(t.updated_at)) as last_activity
from work.branches b
left join work.tasks t on t.git_branch_id = b.id
where b.project_id = any (array[lpad('101', 32, '0'), lpad('102', 32, '0'), lpad('103', 32, '0'),
  lpad('104', 32, '0')]::uuid[])
group by b.id;
