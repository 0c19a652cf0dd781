begin;
select plan(5);

\ir ../two_projects.sql

insert into work.contexts (id, task_id, key) values ('00000000-0000-7000-e000-000000000009',
  '00000000-0000-7000-c000-000000000002', 'task only');

select is(x.branch_id::text || x.project_id,
  '00000000-0000-7000-b000-00000000000100000000-0000-7000-a000-000000000001',
  'the task says branch and project')
from work.contexts x where x.id = '00000000-0000-7000-e000-000000000009';
update work.tasks set git_branch_id = '00000000-0000-7000-b000-000000000002'
  where id = '00000000-0000-7000-c000-000000000002';
select is(x.branch_id, '00000000-0000-7000-b000-000000000002', 'and they move with it')
from work.contexts x where x.id = '00000000-0000-7000-e000-000000000009';
select throws_ok($$
  insert into work.contexts (project_id, branch_id, key)
    values ('00000000-0000-7000-a000-000000000002', '00000000-0000-7000-b000-000000000001',
    'elsewhere')
$$, '23503', null, 'a branch of another project is refused');
select throws_ok(
  $$ insert into work.contexts (project_id, key) values ('00000000-0000-7000-a000-000000000001',
    'charter') $$, '23505',
  null, 'a key is used once in one place');
select lives_ok(
  $$ insert into work.contexts (project_id, branch_id, key)
    values ('00000000-0000-7000-a000-000000000001', '00000000-0000-7000-b000-000000000002',
    'charter') $$,
  'and again in another');

select * from finish();
rollback;
