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

prepare body (text) as
  select c.body
  from work.task_cascade((
    select array[row(1, 'task', 'update', t.id, to_jsonb(t), '{}')::tide.change]
    from work.tasks t where t.id = '00000000-0000-7000-c000-000000000003'
  )) c
  where c.id = $1;

select results_eq($$ execute body ('00000000-0000-7000-b000-000000000001') $$,
  array[work.branch_summary('00000000-0000-7000-b000-000000000001')], 'of the branch');
select results_eq($$ execute body ('00000000-0000-7000-a000-000000000001') $$,
  array[work.project_summary('00000000-0000-7000-a000-000000000001')],
  'of the project');
select results_eq($$ execute body ('00000000-0000-7000-c000-000000000002') $$,
  array[work.task_summary('00000000-0000-7000-c000-000000000002')], 'of the parent');
select results_eq($$
  select jsonb_object_keys(c.body) from work._affected_contexts(
    array[row(1, 'task', 'update', '00000000-0000-7000-c000-000000000003', '{}',
      '{}')::tide.change]) c order by 1
$$, array['branch_id', 'id', 'key', 'project_id', 'task_id', 'updated_at'],
  'a context without what it says');

select * from finish();
rollback;
