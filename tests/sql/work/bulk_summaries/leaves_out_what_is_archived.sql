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

update work.branches set archived_at = now() where id = '00000000-0000-7000-b000-000000000002';
update work.projects set archived_at = now() where id = '00000000-0000-7000-a000-000000000002';

select is((select array_agg(k order by k) from jsonb_object_keys(
  work.bulk_summaries('00000000-0000-7000-f000-000000000001') -> 'summaries') k),
    array['00000000-0000-7000-b000-000000000001'],
  'archived branches and the branches of archived projects are left out');
select is((select array_agg(k order by k) from jsonb_object_keys(
  work.bulk_summaries('00000000-0000-7000-f000-000000000001', null, true) -> 'summaries') k),
    array['00000000-0000-7000-b000-000000000001', '00000000-0000-7000-b000-000000000002',
    '00000000-0000-7000-b000-000000000003'],
  'and shown when asked for');

select * from finish();
rollback;
