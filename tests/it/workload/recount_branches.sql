-- Branch summaries as the view says and as a recount of the tables and the ledger says, where they differ.
with activity as (
  select b as branch_id, max(c.at) as at from ledger.changes c cross join unnest(c.branches) b group by b
), recounted as (
  select
    b.id as branch_id, b.id, b.project_id, b.name, b.archived_at is not null as archived, b.created_at,
    count(t.id) as total_tasks,
    count(*) filter (where t.status = 'done') as completed_tasks,
    count(*) filter (where t.status = 'in_progress') as in_progress_tasks,
    count(*) filter (where t.status = 'in_progress') as active_tasks,
    count(*) filter (where t.status = 'todo') as todo_tasks,
    count(*) filter (where t.status = 'blocked') as blocked_tasks,
    count(*) filter (where t.status = 'cancelled') as cancelled_tasks,
    coalesce(sum(s.total), 0)::bigint as total_subtasks,
    coalesce(sum(s.completed), 0)::bigint as completed_subtasks,
    round(avg(t.progress_percentage), 2) as avg_progress,
    jsonb_build_object(
      'low', count(*) filter (where t.priority = 'low'),
      'medium', count(*) filter (where t.priority = 'medium'),
      'high', count(*) filter (where t.priority = 'high'),
      'urgent', count(*) filter (where t.priority = 'urgent')) as priority_breakdown,
    greatest(b.updated_at, a.at) as last_activity,
    b.updated_at
  from work.branches b
  left join work.tasks t on t.git_branch_id = b.id
  left join (
    select s.task_id, count(*) as total, count(*) filter (where s.status = 'done') as completed
    from work.subtasks s group by s.task_id
  ) s on s.task_id = t.id
  left join activity a on a.branch_id = b.id
  group by b.id, a.at
)
select to_jsonb(v)::text, to_jsonb(r)::text
from work.branch_summaries v
full join recounted r using (branch_id)
where to_jsonb(v) is distinct from to_jsonb(r)
