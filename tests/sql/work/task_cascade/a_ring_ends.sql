begin;
select plan(3);

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

-- Constraints refuse a ring; whoever switches them off must not hang the tick.
set local session_replication_role = replica;
update work.tasks set parent_id = '00000000-0000-7000-c000-000000000003'
  where id = '00000000-0000-7000-c000-000000000001';
set local session_replication_role = origin;

select results_eq($$
  select c.id from work.task_cascade((
    select array[row(1, 'task', 'update', t.id, to_jsonb(t), '{}')::tide.change]
    from work.tasks t where t.id = '00000000-0000-7000-c000-000000000003'
  )) c where c.member = 'tasks' order by 1
$$, array['00000000-0000-7000-c000-000000000001', '00000000-0000-7000-c000-000000000002',
  '00000000-0000-7000-c000-000000000003'], 'each of the ring is told once');
select is(work._task_ancestors('00000000-0000-7000-c000-000000000003'),
  array['00000000-0000-7000-c000-000000000003', '00000000-0000-7000-c000-000000000002',
  '00000000-0000-7000-c000-000000000001']::uuid[],
  'and a walk up ends as well');
select is(work._task_height('00000000-0000-7000-c000-000000000003'), 101, 'and a walk down');

select * from finish();
rollback;
