begin;
select plan(9);

\ir ../two_projects.sql

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
