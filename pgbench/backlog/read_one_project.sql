select s.branch_id, s.total_tasks, s.avg_progress from work.branch_summaries s
where s.project_id = lpad('1', 32, '0')::uuid;
