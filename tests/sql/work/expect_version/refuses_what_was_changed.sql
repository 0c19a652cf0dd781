begin;
select plan(4);

\ir ../two_projects_with_members.sql
select set_config('test.version', tide.version_of(
  work.get_task(null, '00000000-0000-7000-c000-000000000001')), true);

select lives_ok($$ select work.expect_version('task', '00000000-0000-7000-c000-000000000001',
  array['other', current_setting('test.version')]) $$, 'one of the versions is the present one');
update work.tasks t set title = 'new' where t.title = 'top';
select throws_ok($$ select work.expect_version('task', '00000000-0000-7000-c000-000000000001',
  array[current_setting('test.version')]) $$, 'TG412', null, 'a changed row is another version');
select throws_ok($$ select work.expect_version('task', '00000000-0000-7000-c000-000000000009',
  array[current_setting('test.version')]) $$, 'TG412', null, 'no row has none');
select lives_ok(format($$ select work.expect_version(%L, %L, array[tide.version_of(
  work.get_branch(null, %L))]) $$, 'branch', '00000000-0000-7000-b000-000000000001',
  '00000000-0000-7000-b000-000000000001'), 'the same for a branch');

select * from finish();
rollback;
