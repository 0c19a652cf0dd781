-- Branches whose summary is not what a recount says, both in this statement's snapshot.
select count(*)
from work.branch_summaries s
full join (
  select b.id, count(t.id) as total, count(t.id) filter (where t.status = 'done') as completed,
    count(t.id) filter (where t.status = 'in_progress') as in_progress,
    round(avg(t.progress_percentage), 2) as progress
  from work.branches b left join work.tasks t on t.git_branch_id = b.id
  group by b.id
) r on r.id = s.branch_id
where (s.total_tasks, s.completed_tasks, s.in_progress_tasks, s.avg_progress)
  is distinct from (r.total, r.completed, r.in_progress, r.progress);
