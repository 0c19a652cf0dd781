begin;
select plan(8);

\ir ../two_projects_with_members.sql
insert into work.tasks (id, git_branch_id, title, status, parent_id, assignee_id) values
  ('00000000-0000-7000-c000-000000000002', '00000000-0000-7000-b000-000000000001', 'below', 'done',
    '00000000-0000-7000-c000-000000000001', '00000000-0000-7000-f000-000000000002'),
  ('00000000-0000-7000-c000-000000000003', '00000000-0000-7000-b000-000000000001', 'third',
    'blocked', null, null);

prepare titles (jsonb, uuid, int) as
  select t ->> 'title' from work.list_tasks('00000000-0000-7000-f000-000000000002',
    '00000000-0000-7000-b000-000000000001', $1, $2, $3) l, jsonb_array_elements(l.items) t;

select results_eq($$ execute titles ('{}', null, 2) $$, array['top', 'below'], 'the first page');
select results_eq($$ execute titles ('{}', '00000000-0000-7000-c000-000000000002', 2) $$,
  array['third'], 'the page after it');
select is((select l.next_id from work.list_tasks('00000000-0000-7000-f000-000000000002',
  '00000000-0000-7000-b000-000000000001', '{}', null, 2) l),
  '00000000-0000-7000-c000-000000000002', 'begins after the last row of the page');
select is((select l.next_id from work.list_tasks('00000000-0000-7000-f000-000000000002',
  '00000000-0000-7000-b000-000000000001', '{}', null, 3) l), null, 'the last page has no next');
select results_eq($$ execute titles ('{"status": ["done", "blocked"]}', null, 9) $$,
  array['below', 'third'], 'by status');
select results_eq($$ execute titles ('{"parent_id": null, "assignee_id": null}', null, 9) $$,
  array['top', 'third'], 'without parent and assignee');
select results_eq($$ execute titles (
  '{"assignee_id": "00000000-0000-7000-f000-000000000002", "priority": ["medium"]}', null, 9) $$,
  array['below'], 'by assignee and priority');
select throws_ok($$ select work.list_tasks('00000000-0000-7000-f000-000000000003',
  '00000000-0000-7000-b000-000000000001') $$, 'P0002', null, 'a stranger finds nothing');

select * from finish();
rollback;
