begin;
select plan(7);

\ir ../two_projects.sql

set local role tide_writer;
select lives_ok($$ insert into work.tasks (git_branch_id, title)
  values ('00000000-0000-7000-b000-000000000001', 'x') $$,
  'a writer inserts a task');
select lives_ok($$ select work.create_task('00000000-0000-7000-b000-000000000001',
  '{"title": "y", "parent_id": "00000000-0000-7000-c000-000000000001"}') $$,
  'and calls a verb');
select is(b.total_tasks, 5::bigint, 'and reads the exact summary')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000001';
set local role tide_reader;
select is(b.total_tasks, 5::bigint, 'as a reader does')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000001';
select is(work.branch_summary('00000000-0000-7000-b000-000000000001') ->> 'total_tasks', '5',
  'also by the function');
select throws_ok($$ delete from work.tasks $$, '42501', null, 'who changes nothing');
select lives_ok($$ select work.sync('00000000-0000-7000-f000-000000000001') $$, 'and takes a sync');
reset role;

select * from finish();
rollback;
