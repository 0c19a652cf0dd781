begin;
select plan(8);

\ir ../two_projects_with_members.sql

select is(work.bulk_tasks('[
    {"action": "create", "id": "00000000-0000-7000-c000-000000000007",
      "data": {"git_branch_id": "00000000-0000-7000-b000-000000000001", "title": "new"}},
    {"action": "update", "id": "00000000-0000-7000-c000-000000000007", "data": {"status": "done"}},
    {"action": "delete", "id": "00000000-0000-7000-c000-000000000001"}
  ]'), '[
    {"action": "create", "id": "00000000-0000-7000-c000-000000000007"}, {"action": "update",
      "id": "00000000-0000-7000-c000-000000000007"},
    {"action": "delete", "id": "00000000-0000-7000-c000-000000000001"}
  ]', 'answers each action and id, in order');
select throws_ok($$ select work.bulk_tasks('[
    {"action": "update", "id": "00000000-0000-7000-c000-000000000007", "data": {"title": "kept"}},
    {"action": "update", "id": "00000000-0000-7000-c000-000000000007",
      "data": {"status": "nonsense"}}
  ]') $$, '23514', null, 'a refusal keeps its SQLSTATE');
select is(t.title, 'new', 'and nothing is done') from work.tasks t
  where t.id = '00000000-0000-7000-c000-000000000007';
select throws_ok($$
  select work.bulk_tasks('[{"action": "delete", "id": "00000000-0000-7000-c000-000000000009"}]')
$$, 'P0002',
  'operation 0: task 00000000-0000-7000-c000-000000000009 does not exist',
    'it names the operation');
select throws_ok($$ select work.bulk_tasks('[{"action": "explode"}]') $$, '22023', null,
  'an action outside the list is refused');
select throws_ok($$ select work.bulk_tasks('{}') $$, '22023', null, 'operations are a list');
select throws_ok($$
  select work.bulk_tasks('[{"action": "delete", "id": "00000000-0000-7000-c000-000000000007"}]',
    '00000000-0000-7000-f000-000000000002')
$$,
  '42501', null, 'a viewer may not');
select throws_ok($$
  select work.bulk_tasks('[{"action": "delete", "id": "00000000-0000-7000-c000-000000000007"}]',
    '00000000-0000-7000-f000-000000000003')
$$,
  'P0002', null, 'a stranger finds nothing');

select * from finish();
rollback;
