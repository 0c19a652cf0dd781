begin;
select plan(3);

\ir ../two_projects.sql

update work.tasks set status = 'done', progress_percentage = 100
  where id = '00000000-0000-7000-c000-000000000001';
insert into work.tasks (git_branch_id, title) values ('00000000-0000-7000-b000-000000000002',
  'elsewhere');

select results_eq($$
  select p.total_branches, p.total_tasks, p.completed_tasks, p.todo_tasks, p.avg_progress,
    p.priority_breakdown
  from work.project_summaries p
  where p.project_id = '00000000-0000-7000-a000-000000000001'
$$, $$ values (2::bigint, 4::bigint, 1::bigint, 3::bigint, 25.00,
  '{"low": 0, "medium": 4, "high": 0, "urgent": 0}'::jsonb) $$, 'counts add up over branches');
select is(p.avg_progress, null, 'a project without tasks has no progress')
from work.project_summaries p where p.project_id = '00000000-0000-7000-a000-000000000002';
insert into work.projects (id, name) values ('00000000-0000-7000-a000-000000000003', 'empty');
select is(p.total_branches, 0::bigint, 'a project without branches is there')
from work.project_summaries p where p.project_id = '00000000-0000-7000-a000-000000000003';

select * from finish();
rollback;
