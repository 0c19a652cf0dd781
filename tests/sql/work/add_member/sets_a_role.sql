begin;
select plan(5);

\ir ../two_projects_with_members.sql

select is(work.add_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002', 'editor') ->> 'role', 'editor', 'a new member');
select is(work.add_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002', 'admin') ->> 'role', 'admin', 'another role');
select throws_ok($$ select work.add_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002', 'king') $$, '23514', null,
  'a role outside the list is refused');
select is(work.remove_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002') ->> 'role', 'admin', 'out again');
select is(work.remove_member('00000000-0000-7000-a000-000000000002',
  '00000000-0000-7000-f000-000000000002'), null, 'once');

select * from finish();
rollback;
