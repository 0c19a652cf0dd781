begin;
select plan(3);

\ir ../two_projects.sql

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
