begin;
select plan(5);

\ir ../two_projects.sql

select is(s.git_branch_id::text || s.project_id,
  '00000000-0000-7000-b000-00000000000100000000-0000-7000-a000-000000000001',
  'a subtask is where its task is')
from work.subtasks s where s.id = '00000000-0000-7000-d000-000000000001';
update work.tasks set git_branch_id = '00000000-0000-7000-b000-000000000002'
  where id = '00000000-0000-7000-c000-000000000003';
select is(s.git_branch_id, '00000000-0000-7000-b000-000000000002', 'it moves with its task')
from work.subtasks s where s.id = '00000000-0000-7000-d000-000000000001';
update work.subtasks set task_id = '00000000-0000-7000-c000-000000000001'
  where id = '00000000-0000-7000-d000-000000000001';
select is(s.git_branch_id, '00000000-0000-7000-b000-000000000001',
  'it is on the branch of the task that it is given to')
from work.subtasks s where s.id = '00000000-0000-7000-d000-000000000001';
select throws_ok($$ update work.subtasks set git_branch_id = '00000000-0000-7000-b000-000000000003'
  where id = '00000000-0000-7000-d000-000000000001' $$,
  '23503', null, 'it cannot be on another branch than its task');
select throws_ok(
  $$ insert into work.subtasks (task_id, title) values (gen_random_uuid(), 'lost') $$,
  '23503', null, 'a task that does not exist is refused');

select * from finish();
rollback;
