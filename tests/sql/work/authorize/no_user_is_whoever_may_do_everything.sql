begin;
select plan(2);

\ir ../two_projects_with_members.sql

select lives_ok($$ select work.authorize(null, 'manage', 'task',
  '00000000-0000-7000-c000-000000000001') $$, 'no user may do everything');
select throws_ok($$ select work.authorize(null, 'read', 'task',
  '00000000-0000-7000-c000-000000000009') $$, 'P0002', null, 'to what exists');

select * from finish();
rollback;
