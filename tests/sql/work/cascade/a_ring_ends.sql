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

-- The last changes of an entity in this transaction, as a tick would tell them to the cascade.
create function pg_temp.told(kind text, last int default 1) returns tide.change[] language sql as $$
  select array_agg(row(e.n, e.entity, e.action, e.key, e.topics,
    coalesce(r.record, e.image::json), e.delta)::tide.change order by e.n)
  from (
    select e.*, (last + 1 - row_number() over (order by e.id desc))::int as n
    from tide.events e
    where e.xid = pg_current_xact_id() and e.entity = kind
    order by e.id desc
    limit last
  ) e
  left join lateral tide._records(e.entity, array[e.key], 0) r on true
$$;

-- Constraints refuse a ring; whoever switches them off must not hang the tick.
set local session_replication_role = replica;
update work.tasks set parent_id = '00000000-0000-7000-c000-000000000003' where id = '00000000-0000-7000-c000-000000000001';
update work.tasks set title = 'round' where id = '00000000-0000-7000-c000-000000000003';
set local session_replication_role = origin;

select results_eq($$
  select c.id from work.cascade(pg_temp.told('task')) c where c.member = 'tasks' order by 1
$$, array['00000000-0000-7000-c000-000000000001', '00000000-0000-7000-c000-000000000002', '00000000-0000-7000-c000-000000000003'], 'each of the ring is told once');
select is(work._task_ancestors('00000000-0000-7000-c000-000000000003'), array['00000000-0000-7000-c000-000000000003', '00000000-0000-7000-c000-000000000002', '00000000-0000-7000-c000-000000000001']::uuid[],
  'and a walk up ends as well');
select is(work._task_height('00000000-0000-7000-c000-000000000003'), 101, 'and a walk down');

select * from finish();
rollback;
