begin;
select plan(3);

\ir ../two_projects.sql

select is(work.branch_summary('00000000-0000-7000-b000-000000000001') ->> 'total_tasks', '3',
  'a branch that exists');
select is(work.branch_summary('00000000-0000-7000-a000-000000000001'), null,
  'null for one that does not');
select is(work.project_summary('00000000-0000-7000-a000-000000000001') ->> 'total_branches', '2',
  'a project');

select * from finish();
rollback;
