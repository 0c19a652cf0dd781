begin;
select plan(8);

\ir ../two_projects_with_members.sql
select work.set_context('00000000-0000-7000-a000-000000000001', 'goal', '1');
select work.create_subtask('00000000-0000-7000-c000-000000000001', '{"title": "step"}');

select is(work.get_task('00000000-0000-7000-f000-000000000002',
  '00000000-0000-7000-c000-000000000001') ->> 'title', 'top', 'a member reads it');
select is(work.get_task(null, '00000000-0000-7000-c000-000000000001') ->> 'title', 'top',
  'so does whoever may do everything');
select throws_ok($$ select work.get_task('00000000-0000-7000-f000-000000000003',
  '00000000-0000-7000-c000-000000000001') $$, 'P0002', null, 'a stranger does not');
select is(work.get_project('00000000-0000-7000-f000-000000000002',
  '00000000-0000-7000-a000-000000000001') ->> 'name', 'one', 'the same for a project,');
select is(work.get_branch('00000000-0000-7000-f000-000000000002',
  '00000000-0000-7000-b000-000000000001') ->> 'name', 'main', 'a branch,');
select is((select work.get_subtask('00000000-0000-7000-f000-000000000002', s.id) ->> 'title'
  from work.subtasks s), 'step', 'a subtask,');
select is((select work.get_context('00000000-0000-7000-f000-000000000002', x.id) ->> 'key'
  from work.contexts x), 'goal', 'a context,');
select is(
  (work.get_branch_summary('00000000-0000-7000-f000-000000000002',
    '00000000-0000-7000-b000-000000000001') -> 'total_tasks')::int
  + (work.get_project_summary('00000000-0000-7000-f000-000000000002',
    '00000000-0000-7000-a000-000000000001') -> 'total_tasks')::int, 2, 'and summaries');

select * from finish();
rollback;
