begin;
select plan(9);

\ir ../two_projects.sql

select is(work.move_task('00000000-0000-7000-c000-000000000002',
  '00000000-0000-7000-b000-000000000003') ->> 'git_branch_id',
  '00000000-0000-7000-b000-000000000003', 'answers the moved row');
select results_eq(
  'select t.id from work.tasks t where t.git_branch_id = ''00000000-0000-7000-b000-000000000003''
    and t.project_id = ''00000000-0000-7000-a000-000000000002''
   order by 1', array['00000000-0000-7000-c000-000000000002',
  '00000000-0000-7000-c000-000000000003']::uuid[], 'what is below it came along');
select results_eq('select distinct s.git_branch_id from work.subtasks s
  where s.task_id = ''00000000-0000-7000-c000-000000000003''',
  array['00000000-0000-7000-b000-000000000003'::uuid], 'with its subtasks');
select is(t.parent_id, null, 'it is at the top') from work.tasks t
  where t.id = '00000000-0000-7000-c000-000000000002';
select is(t.parent_id, '00000000-0000-7000-c000-000000000002', 'below it nothing changed')
  from work.tasks t where t.id = '00000000-0000-7000-c000-000000000003';
select is(work.move_task('00000000-0000-7000-c000-000000000002',
  '00000000-0000-7000-b000-000000000002', '00000000-0000-7000-c000-000000000001') ->> 'parent_id',
  '00000000-0000-7000-c000-000000000001', 'under a new parent');
select throws_ok($$ select work.move_task('00000000-0000-7000-c000-000000000001',
  '00000000-0000-7000-b000-000000000001', '00000000-0000-7000-c000-000000000003') $$, '23514', null,
  'not under itself');
select throws_ok($$ select work.move_task('00000000-0000-7000-c000-000000000002',
  '00000000-0000-7000-b000-000000000003', '00000000-0000-7000-c000-000000000001') $$, '23503', null,
  'not away from its parent''s project');
select is(work.move_task('00000000-0000-7000-b000-000000000001',
  '00000000-0000-7000-b000-000000000003'), null, 'null when there is no such task');

select * from finish();
rollback;
