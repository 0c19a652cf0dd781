begin;
select plan(9);

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

select is(work.update_task('00000000-0000-7000-c000-000000000001',
  '{"title": "new", "description": "why"}') ->> 'title', 'new',
  'what is named is changed');
select is(t.status, 'todo', 'what is not named stays') from work.tasks t
  where t.id = '00000000-0000-7000-c000-000000000001';
select is(work.update_task('00000000-0000-7000-c000-000000000001', '{"description": null}')
  -> 'description', 'null',
  'null removes');
select throws_ok($$ select work.update_task('00000000-0000-7000-c000-000000000001',
  '{"staus": "done"}') $$, '22023',
  'field "staus" is not known or cannot be set here', 'an unknown field is refused');
select throws_ok($$ select work.update_task('00000000-0000-7000-c000-000000000001',
  '{"git_branch_id": "00000000-0000-7000-b000-000000000002"}') $$, '22023',
  'field "git_branch_id" cannot be changed here', 'a patch does not move');
select lives_ok(
  $$ select work.update_task(t.id, to_jsonb(t)) from work.tasks t
    where t.id = '00000000-0000-7000-c000-000000000001' $$,
  'a whole row may be sent back');
select throws_ok($$ select work.update_task('00000000-0000-7000-c000-000000000001',
  '{"title": null}') $$, '23502', null,
  'what must be there cannot be removed');
select throws_ok($$ select work.update_task('00000000-0000-7000-c000-000000000001', '[1]') $$,
  '22023', null,
  'a patch is an object');
select is(work.update_task('00000000-0000-7000-b000-000000000001', '{"title": "x"}'), null,
  'null when there is no such task');

select * from finish();
rollback;
