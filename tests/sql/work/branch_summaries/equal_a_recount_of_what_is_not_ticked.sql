begin;
select plan(6);

\ir ../two_projects.sql

prepare recount as
  select
    b.id, count(t.id), count(*) filter (where t.status = 'done'),
    count(*) filter (where t.status = 'in_progress'), count(*) filter (where t.status = 'todo'),
    count(*) filter (where t.status = 'blocked'), count(*) filter (where t.status = 'cancelled'),
    round(avg(t.progress_percentage), 2), count(*) filter (where t.priority = 'urgent'),
    (select count(*) from work.subtasks s where s.git_branch_id = b.id),
    (select count(*) from work.subtasks s where s.git_branch_id = b.id and s.status = 'done')
  from work.branches b
  left join work.tasks t on t.git_branch_id = b.id
  group by b.id
  order by b.id;
prepare summaries as
  select
    b.branch_id, b.total_tasks, b.completed_tasks, b.in_progress_tasks, b.todo_tasks,
    b.blocked_tasks, b.cancelled_tasks, b.avg_progress, (b.priority_breakdown ->> 'urgent')::bigint,
    b.total_subtasks, b.completed_subtasks
  from work.branch_summaries b
  order by b.branch_id;

select results_eq('summaries', 'recount', 'after inserts');
update work.tasks set status = 'done', progress_percentage = 100, priority = 'urgent'
where id in ('00000000-0000-7000-c000-000000000002', '00000000-0000-7000-c000-000000000003');
update work.subtasks set status = 'done' where id = '00000000-0000-7000-d000-000000000002';
select results_eq('summaries', 'recount', 'after updates');
update work.tasks set git_branch_id = '00000000-0000-7000-b000-000000000002'
  where id = '00000000-0000-7000-c000-000000000003';
select results_eq('summaries', 'recount', 'after a move, on both sides');
delete from work.subtasks where id = '00000000-0000-7000-d000-000000000001';
delete from work.tasks where id = '00000000-0000-7000-c000-000000000001';
select results_eq('summaries', 'recount', 'after deletes that cascade');
update work.branches set project_id = '00000000-0000-7000-a000-000000000002'
  where id = '00000000-0000-7000-b000-000000000002';
select results_eq('summaries', 'recount', 'after a branch changed project');
truncate work.subtasks;
select results_eq('summaries', 'recount', 'after a truncate');

select * from finish();
rollback;
