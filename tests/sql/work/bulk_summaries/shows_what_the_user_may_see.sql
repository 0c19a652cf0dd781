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

prepare branches (jsonb) as select jsonb_object_keys($1 -> 'summaries') order by 1;

select results_eq($$ execute branches (
  work.bulk_summaries('00000000-0000-7000-f000-000000000001')) $$,
  array['00000000-0000-7000-b000-000000000001', '00000000-0000-7000-b000-000000000002',
    '00000000-0000-7000-b000-000000000003'], 'all projects of a member when none is named');
select results_eq($$ execute branches (work.bulk_summaries('00000000-0000-7000-f000-000000000001',
  array['00000000-0000-7000-a000-000000000002'::uuid])) $$,
  array['00000000-0000-7000-b000-000000000003'], 'those named');
select is(work.bulk_summaries('00000000-0000-7000-f000-000000000002',
  array['00000000-0000-7000-a000-000000000002'::uuid]), '{"summaries": {}, "projects": {}}',
  'not one the user is no member of');
select is(work.bulk_summaries('00000000-0000-7000-f000-000000000003'),
  '{"summaries": {}, "projects": {}}', 'nothing to a stranger');
select is(
  work.bulk_summaries('00000000-0000-7000-f000-000000000002') -> 'projects'
    -> '00000000-0000-7000-a000-000000000001' ->> 'total_tasks', '1',
  'projects come by id, with their totals');

select * from finish();
rollback;
