begin;
select plan(5);

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

select is(work.add_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002', 'editor') ->> 'role', 'editor', 'a new member');
select is(work.add_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002', 'admin') ->> 'role', 'admin', 'another role');
select throws_ok($$ select work.add_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002', 'king') $$, '23514', null,
  'a role outside the list is refused');
select is(work.remove_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002') ->> 'role', 'admin', 'out again');
select is(work.remove_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002'), null, 'once');

select * from finish();
rollback;
