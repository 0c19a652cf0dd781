-- Project summaries as the view says and as a recount of the tables says, where they differ.
with recounted as (
  select
    p.id as project_id, p.id, p.name, p.archived_at is not null as archived, p.created_at,
    (select count(*) from work.branches b where b.project_id = p.id) as total_branches,
    count(t.id) as total_tasks,
    count(*) filter (where t.status = 'done') as completed_tasks,
    count(*) filter (where t.status = 'in_progress') as in_progress_tasks,
    count(*) filter (where t.status = 'in_progress') as active_tasks,
    count(*) filter (where t.status = 'todo') as todo_tasks,
    count(*) filter (where t.status = 'blocked') as blocked_tasks,
    count(*) filter (where t.status = 'cancelled') as cancelled_tasks,
    round(avg(t.progress_percentage), 2) as avg_progress,
    jsonb_build_object(
      'low', count(*) filter (where t.priority = 'low'),
      'medium', count(*) filter (where t.priority = 'medium'),
      'high', count(*) filter (where t.priority = 'high'),
      'urgent', count(*) filter (where t.priority = 'urgent')) as priority_breakdown,
    p.updated_at
  from work.projects p
  left join (
    select t.*, b.project_id as place from work.tasks t join work.branches b on b.id = t.git_branch_id
  ) t on t.place = p.id
  group by p.id
)
select to_jsonb(v)::text, to_jsonb(r)::text
from work.project_summaries v
full join recounted r using (project_id)
where to_jsonb(v) - 'last_activity' is distinct from to_jsonb(r)
