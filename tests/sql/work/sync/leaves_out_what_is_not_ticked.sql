begin;
select plan(2);

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

-- The task of this transaction cannot have been ticked.
select is(
  work.sync('00000000-0000-7000-f000-000000000001') -> 'summaries'
    -> '00000000-0000-7000-b000-000000000001' -> 'total_tasks', '0',
  'summaries are as of the head');
select is(work.branch_summary('00000000-0000-7000-b000-000000000001') -> 'total_tasks', '1',
  'while the view counts it');

select * from finish();
rollback;
