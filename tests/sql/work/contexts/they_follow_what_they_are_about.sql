begin;
select plan(5);

insert into work.projects (id, name) values
  ('00000000-0000-7000-a000-000000000001', 'one'),
  ('00000000-0000-7000-a000-000000000002', 'two');
insert into work.branches (id, project_id, name) values
  ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'main'),
  ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-a000-000000000001', 'next'),
  ('00000000-0000-7000-b000-000000000003', '00000000-0000-7000-a000-000000000002', 'main');
insert into work.tasks (id, git_branch_id, parent_id, title) values
  ('00000000-0000-7000-c000-000000000001', '00000000-0000-7000-b000-000000000001', null, 'top'),
  ('00000000-0000-7000-c000-000000000002', '00000000-0000-7000-b000-000000000001',
    '00000000-0000-7000-c000-000000000001', 'middle'),
  ('00000000-0000-7000-c000-000000000003', '00000000-0000-7000-b000-000000000001',
    '00000000-0000-7000-c000-000000000002', 'bottom');
insert into work.subtasks (id, task_id, title, status) values
  ('00000000-0000-7000-d000-000000000001', '00000000-0000-7000-c000-000000000003', 'step', 'done'),
  ('00000000-0000-7000-d000-000000000002', '00000000-0000-7000-c000-000000000003', 'step', 'todo');
insert into work.contexts (id, project_id, branch_id, task_id, key) values
  ('00000000-0000-7000-e000-000000000001', '00000000-0000-7000-a000-000000000001', null, null,
    'charter'),
  ('00000000-0000-7000-e000-000000000002', '00000000-0000-7000-a000-000000000001',
    '00000000-0000-7000-b000-000000000001', null, 'decisions'),
  ('00000000-0000-7000-e000-000000000003', '00000000-0000-7000-a000-000000000001',
    '00000000-0000-7000-b000-000000000001', '00000000-0000-7000-c000-000000000003', 'notes');

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
