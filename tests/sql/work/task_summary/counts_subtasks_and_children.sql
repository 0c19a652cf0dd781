begin;
select plan(3);

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

select is(work.task_summary('00000000-0000-7000-c000-000000000003') - array['created_at',
  'updated_at', 'description'],
  jsonb_build_object('id', '00000000-0000-7000-c000-000000000003', 'task_id',
    '00000000-0000-7000-c000-000000000003', 'git_branch_id', '00000000-0000-7000-b000-000000000001',
    'project_id', '00000000-0000-7000-a000-000000000001', 'parent_id',
      '00000000-0000-7000-c000-000000000002', 'title', 'bottom', 'status', 'todo',
    'priority', 'medium', 'progress_percentage', 0, 'assignee_id', null,
    'total_subtasks', 2, 'completed_subtasks', 1, 'total_children', 0),
  'the row and its subtasks');
select is(work.task_summary('00000000-0000-7000-c000-000000000001') -> 'total_children', '1',
  'only direct children count');
select is(work.task_summary('00000000-0000-7000-b000-000000000001'), null,
  'null for a task that does not exist');

select * from finish();
rollback;
