begin;
select plan(4);

\ir ../two_empty_projects.sql

insert into work.tasks (id, git_branch_id, title) values ('00000000-0000-7000-c000-000000000001',
  '00000000-0000-7000-b000-000000000001', 'task');

select throws_ok($$ update work.tasks set status = 'started'
  where id = '00000000-0000-7000-c000-000000000001' $$, '23514',
  'new row for relation "tasks" violates check constraint "task_status_is_known"',
  'a status outside the list is refused');
select throws_ok($$ update work.tasks set priority = 'asap'
  where id = '00000000-0000-7000-c000-000000000001' $$, '23514',
  'new row for relation "tasks" violates check constraint "task_priority_is_known"',
  'a priority outside the list is refused');
select throws_ok($$ update work.tasks set progress_percentage = 101
  where id = '00000000-0000-7000-c000-000000000001' $$, '23514',
  'new row for relation "tasks" violates check constraint "task_progress_is_a_percentage"',
  'progress above 100 is refused');
select throws_ok($$ update work.tasks set title = ' '
  where id = '00000000-0000-7000-c000-000000000001' $$, '23514',
  'new row for relation "tasks" violates check constraint "task_title_is_not_blank"',
  'a blank title is refused');

select * from finish();
rollback;
