begin;
select plan(9);

\ir ../two_projects_with_members.sql

select ok(work.may('00000000-0000-7000-f000-000000000002', 'read', 'task',
  '00000000-0000-7000-c000-000000000001'), 'a viewer reads');
select ok(not work.may('00000000-0000-7000-f000-000000000002', 'write', 'task',
  '00000000-0000-7000-c000-000000000001'), 'but does not write');
select ok(work.may('00000000-0000-7000-f000-000000000001', 'write', 'branch',
  '00000000-0000-7000-b000-000000000003'), 'an editor writes');
select ok(not work.may('00000000-0000-7000-f000-000000000001', 'manage', 'project',
  '00000000-0000-7000-a000-000000000002'), 'but does not manage');
select ok(work.may('00000000-0000-7000-f000-000000000001', 'manage', 'project',
  '00000000-0000-7000-a000-000000000001'), 'an admin manages');
select is(work.may('00000000-0000-7000-f000-000000000003', 'read', 'task',
  '00000000-0000-7000-c000-000000000001'), null, 'a stranger does not learn that it exists');
select throws_ok($$ select work.authorize('00000000-0000-7000-f000-000000000003', 'read', 'task',
  '00000000-0000-7000-c000-000000000001') $$, 'P0002',
  null, 'authorize says not found to a stranger');
select throws_ok($$ select work.authorize('00000000-0000-7000-f000-000000000002', 'write', 'task',
  '00000000-0000-7000-c000-000000000001') $$, '42501',
  null, 'and forbidden to a viewer');
select lives_ok($$ select work.authorize('00000000-0000-7000-f000-000000000001', 'write', 'task',
  '00000000-0000-7000-c000-000000000001') $$,
  'and nothing to an admin');

select * from finish();
rollback;
