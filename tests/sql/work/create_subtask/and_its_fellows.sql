begin;
select plan(10);

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

select is(work.create_subtask('00000000-0000-7000-c000-000000000001',
  '{"id": "00000000-0000-7000-d000-000000000009", "title": "s"}') ->> 'git_branch_id',
  '00000000-0000-7000-b000-000000000001',
  'a subtask is created where its task is');
select is(work.update_subtask('00000000-0000-7000-d000-000000000009', '{"status": "done"}')
  ->> 'status', 'done', 'patched');
select throws_ok($$ select work.update_subtask('00000000-0000-7000-d000-000000000009',
  '{"task_id": "00000000-0000-7000-c000-000000000002"}') $$, '22023', null,
  'not moved by a patch');
select is(work.delete_subtask('00000000-0000-7000-d000-000000000009') ->> 'id',
  '00000000-0000-7000-d000-000000000009', 'and deleted');
select is(work.create_branch('00000000-0000-7000-a000-000000000001',
  '{"id": "00000000-0000-7000-b000-000000000009", "name": "b"}') ->> 'id',
  '00000000-0000-7000-b000-000000000009',
  'a branch is created');
select is(work.update_branch('00000000-0000-7000-b000-000000000009', '{"name": "c"}') ->> 'name',
  'c', 'patched');
select ok(work.archive_branch('00000000-0000-7000-b000-000000000009') ->> 'archived_at' is not null,
  'archived');
select is(work.delete_branch('00000000-0000-7000-b000-000000000009') ->> 'name', 'c',
  'and deleted');
select is(work.create_user('somebody new') ->> 'handle', 'somebody new', 'a user is created');
select throws_ok($$ select work.create_user('somebody new') $$, '23505', null, 'once');

select * from finish();
rollback;
