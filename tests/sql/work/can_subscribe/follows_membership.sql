begin;
select plan(11);

insert into work.users (id, handle) values
  ('00000000-0000-7000-f000-000000000001', 'an admin'),
  ('00000000-0000-7000-f000-000000000002', 'a viewer'),
  ('00000000-0000-7000-f000-000000000003', 'a stranger');
insert into work.projects (id, name) values
  ('00000000-0000-7000-a000-000000000001', 'one'),
  ('00000000-0000-7000-a000-000000000002', 'two');
insert into work.project_members (project_id, user_id, role) values
  ('00000000-0000-7000-a000-000000000001', '00000000-0000-7000-f000-000000000001', 'admin'),
  ('00000000-0000-7000-a000-000000000002', '00000000-0000-7000-f000-000000000001', 'editor'),
  ('00000000-0000-7000-a000-000000000001', '00000000-0000-7000-f000-000000000002', 'viewer');
insert into work.branches (id, project_id, name) values
  ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'main'),
  ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-a000-000000000001', 'next'),
  ('00000000-0000-7000-b000-000000000003', '00000000-0000-7000-a000-000000000002', 'main');
insert into work.tasks (id, git_branch_id, title) values ('00000000-0000-7000-c000-000000000001',
  '00000000-0000-7000-b000-000000000001', 'top');

select ok(work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'project:00000000-0000-7000-a000-000000000001'), 'a member hears the project');
select ok(work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'branch:00000000-0000-7000-b000-000000000001'), 'its branches');
select ok(work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'task:00000000-0000-7000-c000-000000000001'), 'and its tasks');
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'project:00000000-0000-7000-a000-000000000002'), 'but no other project');
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000003',
  'task:00000000-0000-7000-c000-000000000001'), 'a stranger hears nothing');
select ok(work.can_subscribe('00000000-0000-7000-f000-000000000003',
  'user:00000000-0000-7000-f000-000000000003'), 'everyone hears themselves');
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000001',
  'user:00000000-0000-7000-f000-000000000003'), 'and nobody else, admin or not');
select is(work.can_subscribe('00000000-0000-7000-f000-000000000001', 'project:nonsense'), false,
  'a topic that is none is refused');
select is(work.can_subscribe('00000000-0000-7000-f000-000000000001', 'system'), false,
  'so is one that is not of this room');
select is(work.can_subscribe(null, 'project:00000000-0000-7000-a000-000000000001'), false,
  'nobody hears nothing');
delete from work.project_members where user_id = '00000000-0000-7000-f000-000000000002';
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'project:00000000-0000-7000-a000-000000000001'), 'a revoked member hears no more');

select * from finish();
rollback;
