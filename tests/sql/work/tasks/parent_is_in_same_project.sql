begin;
select plan(3);

\ir ../two_projects.sql

set constraints work.task_parent_is_in_same_project immediate;

select lives_ok(
  $$ insert into work.tasks (git_branch_id, parent_id, title)
    values ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-c000-000000000001',
    'other') $$,
  'a parent on another branch of the project is fine');
select throws_ok(
  $$ insert into work.tasks (git_branch_id, parent_id, title)
    values ('00000000-0000-7000-b000-000000000003', '00000000-0000-7000-c000-000000000001',
    'far') $$,
  '23503', null, 'a parent in another project is refused');
select throws_ok($$ update work.branches set project_id = '00000000-0000-7000-a000-000000000002'
  where id = '00000000-0000-7000-b000-000000000001' $$,
  '23503', null, 'a branch does not leave while a child of its task stays');

select * from finish();
rollback;
