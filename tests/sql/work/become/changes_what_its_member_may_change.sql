begin;
select plan(9);

select work.enforce_row_security(true);
\ir ../two_projects_with_members.sql

select work.become('00000000-0000-7000-f000-000000000002');
select is_empty($$ update work.tasks set title = 'mine' returning id $$, 'a viewer changes no task');
select is_empty('delete from work.branches returning id', 'deletes no branch');
select throws_ok($$ insert into work.tasks (git_branch_id, title)
  values ('00000000-0000-7000-b000-000000000001', 'x') $$, '42501', null, 'adds none');
select throws_ok($$ insert into work.project_members values ('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002', 'admin') $$, '42501', null, 'and lets nobody in');

select work.become('00000000-0000-7000-f000-000000000001');
select lives_ok($$ select work.create_task('00000000-0000-7000-b000-000000000003', '{"title": "x"}') $$,
  'an editor adds a task');
select is_empty($$ delete from work.projects where name = 'two' returning id $$,
  'but does not delete the project');
select isnt_empty($$ delete from work.projects where name = 'one' returning id $$,
  'its admin does');
select isnt_empty($$ select work.create_project(work.current_user_id(), '{"name": "three"}') $$,
  'anybody makes a project');
select results_eq($$ select role from work.project_members m
  join work.projects p on p.id = m.project_id and p.name = 'three' $$, array['admin'],
  'and is its admin');

select * from finish();
rollback;
