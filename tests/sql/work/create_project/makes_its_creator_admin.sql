begin;
select plan(8);

\ir ../two_projects_with_members.sql

select is(work.create_project('00000000-0000-7000-f000-000000000003',
  '{"id": "00000000-0000-7000-a000-000000000009", "name": "mine"}') ->> 'name', 'mine',
  'answers the row');
select ok(work.may('00000000-0000-7000-f000-000000000003', 'manage', 'project',
  '00000000-0000-7000-a000-000000000009'), 'the creator runs it');
select throws_ok($$ select work.create_project('00000000-0000-7000-f000-000000000003',
  '{"name": ""}') $$, '23514', null,
  'a blank name is refused');
select is(work.archive_project('00000000-0000-7000-a000-000000000009') ->> 'archived_at'
  is not null,
  true, 'it can be archived');
select is(work.archive_project('00000000-0000-7000-a000-000000000009', false) -> 'archived_at',
  'null', 'and brought back');
select is(work.update_project('00000000-0000-7000-a000-000000000009', '{"description": "x"}')
  ->> 'description', 'x', 'and patched');
select is(work.delete_project('00000000-0000-7000-a000-000000000009') ->> 'id',
  '00000000-0000-7000-a000-000000000009', 'and deleted');
select is(work.delete_project('00000000-0000-7000-a000-000000000009'), null, 'once');

select * from finish();
rollback;
