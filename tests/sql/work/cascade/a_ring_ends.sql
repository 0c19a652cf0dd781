begin;
select plan(3);

\ir ../two_projects.sql
\ir ../cascade_told.sql

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
