begin;
select plan(11);

\ir ../two_projects_with_members.sql

select ok(work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'project:00000000-0000-7000-a000-000000000001'), 'a member hears the project');
select ok(work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'branch:00000000-0000-7000-b000-000000000001'), 'its branches');
select ok(work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'task:00000000-0000-7000-c000-000000000001'), 'and its tasks');
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'project:00000000-0000-7000-a000-000000000002'), 'but no other project');
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000003',
  'task:00000000-0000-7000-c000-000000000001'), 'a stranger hears nothing');
select ok(work.can_subscribe('00000000-0000-7000-f000-000000000003',
  'user:00000000-0000-7000-f000-000000000003'), 'everyone hears themselves');
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000001',
  'user:00000000-0000-7000-f000-000000000003'), 'and nobody else, admin or not');
select is(work.can_subscribe('00000000-0000-7000-f000-000000000001', 'project:nonsense'), false,
  'a topic that is none is refused');
select is(work.can_subscribe('00000000-0000-7000-f000-000000000001', 'system'), false,
  'so is one that is not of this room');
select is(work.can_subscribe(null, 'project:00000000-0000-7000-a000-000000000001'), false,
  'nobody hears nothing');
delete from work.project_members where user_id = '00000000-0000-7000-f000-000000000002';
select ok(not work.can_subscribe('00000000-0000-7000-f000-000000000002',
  'project:00000000-0000-7000-a000-000000000001'), 'a revoked member hears no more');

select * from finish();
rollback;
