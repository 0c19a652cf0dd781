begin;
select plan(4);

\ir ../two_projects.sql

select is(work.create_task('00000000-0000-7000-b000-000000000001',
  '{"title": "new", "status": "blocked"}') ->> 'status', 'blocked',
  'answers the row');
select throws_ok(
  $$ select work.create_task('00000000-0000-7000-b000-000000000003',
    '{"title": "new", "parent_id": "00000000-0000-7000-c000-000000000001"}') $$, '23503', null,
  'a parent in another project is refused by the call, not at the commit');
select throws_ok($$ select work.create_task('00000000-0000-7000-b000-000000000001', '{}') $$,
  '23502', null,
  'a title is needed');
select is(work.create_task(null, '{"id": "00000000-0000-7000-c000-000000000009",
    "git_branch_id": "00000000-0000-7000-b000-000000000001", "title": "t"}') ->> 'id',
  '00000000-0000-7000-c000-000000000009', 'the caller may choose the id');

select * from finish();
rollback;
