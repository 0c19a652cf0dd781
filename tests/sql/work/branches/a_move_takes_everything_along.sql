begin;
select plan(4);

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

update work.branches set project_id = '00000000-0000-7000-a000-000000000002'
  where id = '00000000-0000-7000-b000-000000000001';
set constraints all immediate;

select results_eq('select distinct t.project_id from work.tasks t
  where t.git_branch_id = ''00000000-0000-7000-b000-000000000001''',
  array['00000000-0000-7000-a000-000000000002'::uuid], 'its tasks are in the new project');
select results_eq('select distinct s.project_id from work.subtasks s
  where s.task_id = ''00000000-0000-7000-c000-000000000003''',
  array['00000000-0000-7000-a000-000000000002'::uuid], 'so are their subtasks');
select results_eq('select x.id from work.contexts x
  where x.project_id = ''00000000-0000-7000-a000-000000000002'' order by 1',
  array['00000000-0000-7000-e000-000000000002'::uuid, '00000000-0000-7000-e000-000000000003'],
    'so are its contexts and its tasks'' contexts');
select results_eq('select x.id from work.contexts x
  where x.project_id = ''00000000-0000-7000-a000-000000000001''',
  array['00000000-0000-7000-e000-000000000001'::uuid], 'the old project keeps its own context');

select * from finish();
rollback;
