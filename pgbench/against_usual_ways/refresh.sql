create materialized view work.branch_summaries_stored as
select b.id as branch_id, b.project_id, b.name, count(t.id) as total_tasks,
  count(t.id) filter (where t.status = 'done') as completed_tasks,
  count(t.id) filter (where t.status = 'in_progress') as in_progress_tasks,
  round(avg(t.progress_percentage), 2) as avg_progress, max(t.updated_at) as last_activity
from work.branches b
left join work.tasks t on t.git_branch_id = b.id
group by b.id;
create unique index on work.branch_summaries_stored (branch_id);

create function work.tg_tasks__refresh() returns trigger language plpgsql as $$
begin
  refresh materialized view concurrently work.branch_summaries_stored;
  return null;
end
$$;
create trigger refresh after update on work.tasks
for each statement execute function work.tg_tasks__refresh();
