begin;
select plan(3);

\ir ../two_projects_with_members.sql
select work.set_context('00000000-0000-7000-a000-000000000001', 'goal', '1');
select work.set_context('00000000-0000-7000-a000-000000000001', 'goal', '2',
  '00000000-0000-7000-b000-000000000001');
select work.set_context('00000000-0000-7000-a000-000000000001', 'note', '3',
  '00000000-0000-7000-b000-000000000001', '00000000-0000-7000-c000-000000000001');

prepare bodies (jsonb) as
  select t ->> 'body' from work.list_contexts('00000000-0000-7000-f000-000000000002',
    '00000000-0000-7000-a000-000000000001', $1) l, jsonb_array_elements(l.items) t;

select results_eq($$ execute bodies ('{"key": "goal"}') $$, array['1', '2'], 'by key');
select results_eq($$ execute bodies ('{"branch_id": null}') $$, array['1'],
  'those of the project alone');
select results_eq($$ execute bodies ('{"task_id": "00000000-0000-7000-c000-000000000001"}') $$,
  array['3'], 'those of a task');

select * from finish();
rollback;
