begin;
select plan(10);

\ir ../two_projects.sql

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
