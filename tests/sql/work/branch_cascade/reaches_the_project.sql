begin;
select plan(4);

insert into work.projects (id, name) values
  ('00000000-0000-7000-a000-000000000001', 'one'),
  ('00000000-0000-7000-a000-000000000002', 'two');
insert into work.branches (id, project_id, name) values
  ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'main'),
  ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-a000-000000000001', 'next'),
  ('00000000-0000-7000-b000-000000000003', '00000000-0000-7000-a000-000000000002', 'main');
insert into work.tasks (id, git_branch_id, parent_id, title) values
  ('00000000-0000-7000-c000-000000000001', '00000000-0000-7000-b000-000000000001', null, 'top'),
  ('00000000-0000-7000-c000-000000000002', '00000000-0000-7000-b000-000000000001',
    '00000000-0000-7000-c000-000000000001', 'middle'),
  ('00000000-0000-7000-c000-000000000003', '00000000-0000-7000-b000-000000000001',
    '00000000-0000-7000-c000-000000000002', 'bottom');
insert into work.subtasks (id, task_id, title, status) values
  ('00000000-0000-7000-d000-000000000001', '00000000-0000-7000-c000-000000000003', 'step', 'done'),
  ('00000000-0000-7000-d000-000000000002', '00000000-0000-7000-c000-000000000003', 'step', 'todo');
insert into work.contexts (id, project_id, branch_id, task_id, key) values
  ('00000000-0000-7000-e000-000000000001', '00000000-0000-7000-a000-000000000001', null, null,
    'charter'),
  ('00000000-0000-7000-e000-000000000002', '00000000-0000-7000-a000-000000000001',
    '00000000-0000-7000-b000-000000000001', null, 'decisions'),
  ('00000000-0000-7000-e000-000000000003', '00000000-0000-7000-a000-000000000001',
    '00000000-0000-7000-b000-000000000001', '00000000-0000-7000-c000-000000000003', 'notes');

select results_eq($$
  select c.member, c.id from work.branch_cascade((
    select array[row(1, 'branch', 'update', b.id, to_jsonb(b), '{}')::tide.change]
    from work.branches b where b.id = '00000000-0000-7000-b000-000000000001'
  )) c
$$, $$ values ('projects', '00000000-0000-7000-a000-000000000001') $$, 'its own');
select results_eq($$
  select c.id from work.branch_cascade((
    select array[row(1, 'branch', 'update', b.id, to_jsonb(b),
      '{"project_id": ["00000000-0000-7000-a000-000000000002",
        "00000000-0000-7000-a000-000000000001"]}')::tide.change]
    from work.branches b where b.id = '00000000-0000-7000-b000-000000000001'
  )) c order by 1
$$, array['00000000-0000-7000-a000-000000000001', '00000000-0000-7000-a000-000000000002'],
  'both after a move');
select results_eq($$
  select c.member, c.body from work.project_cascade(
    array[row(1, 'project', 'delete', '00000000-0000-7000-a000-000000000009',
      '{"id": "00000000-0000-7000-a000-000000000009"}', null)::tide.change]) c
$$, $$ values ('projects',
  '{"id": "00000000-0000-7000-a000-000000000009", "deleted": true}'::jsonb) $$,
  'a project''s change tells its own summary, which bears its name');
select results_eq($$
  select c.member, c.id from work.member_cascade(array[row(1, 'member', 'create', 'x',
    '{"project_id": "00000000-0000-7000-a000-000000000001",
      "user_id": "00000000-0000-7000-f000-000000000001", "role": "viewer"}', null)::tide.change]) c
$$, $$ values ('projects', '00000000-0000-7000-a000-000000000001') $$,
  'a membership reaches its project');

select * from finish();
rollback;
