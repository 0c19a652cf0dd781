begin;
select plan(3);

\ir ../two_projects_with_members.sql

select results_eq($$ select t ->> 'handle', t ->> 'role' from work.list_members(
  '00000000-0000-7000-f000-000000000002', '00000000-0000-7000-a000-000000000001') l,
  jsonb_array_elements(l.items) t $$, $$ values ('an admin', 'admin'), ('a viewer', 'viewer') $$,
  'a member sees the members');
select is((select l.next_id from work.list_members('00000000-0000-7000-f000-000000000002',
  '00000000-0000-7000-a000-000000000001', null, 1) l), '00000000-0000-7000-f000-000000000001',
  'pages go by user');
select throws_ok($$ select work.list_members('00000000-0000-7000-f000-000000000003',
  '00000000-0000-7000-a000-000000000001') $$, 'P0002', null, 'a stranger finds nothing');

select * from finish();
rollback;
