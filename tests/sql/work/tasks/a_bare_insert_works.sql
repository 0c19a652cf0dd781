begin;
select plan(5);

\ir ../two_empty_projects.sql

insert into work.tasks (git_branch_id, title) values ('00000000-0000-7000-b000-000000000001',
  'bare');

select is(t.project_id, '00000000-0000-7000-a000-000000000001', 'the project is the branch''s')
from work.tasks t where t.title = 'bare';
select is(t.status || ' ' || t.priority || ' ' || t.progress_percentage, 'todo medium 0',
  'a new task is to do, of medium priority, not begun')
from work.tasks t where t.title = 'bare';
select is(substr(t.id::text, 15, 1), '7', 'its id is ordered by time')
from work.tasks t where t.title = 'bare';
select throws_ok(
  $$ insert into work.tasks (git_branch_id, title) values (gen_random_uuid(), 'lost') $$,
  '23503', null, 'a branch that does not exist is refused as a foreign key would');
select throws_ok(
  $$ insert into work.tasks (git_branch_id, project_id, title)
    values ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000002',
    'lie') $$,
  '23503', null, 'a project that is not the branch''s is refused');

select * from finish();
rollback;
