begin;
select plan(2);

\ir ../two_projects.sql
\ir ../cascade_told.sql

update work.tasks set title = 'all' where project_id = '00000000-0000-7000-a000-000000000001' and id <> '00000000-0000-7000-c000-000000000002';
update work.tasks set title = 'all' where id = '00000000-0000-7000-c000-000000000002';

select results_eq($$
  select c.member, c.id, o
  from work.cascade(pg_temp.told('task', 3)) c, unnest(c.ordinals) o
  join unnest(pg_temp.told('task', 3)) t on t.ordinal = o and t.key = '00000000-0000-7000-c000-000000000002'
  where c.member <> 'contexts' order by 1
$$, $$
  values ('branches', '00000000-0000-7000-b000-000000000001', 3), ('projects', '00000000-0000-7000-a000-000000000001', 3), ('tasks', '00000000-0000-7000-c000-000000000001', 3)
$$, 'each change has its own ancestors');
select results_eq($$
  select c.member, cardinality(c.ordinals)
  from work.cascade(pg_temp.told('task', 3)) c
  where c.member in ('branches', 'projects') or c.id = '00000000-0000-7000-c000-000000000001' order by 1
$$, $$
  values ('branches', 3), ('projects', 3), ('tasks', 2)
$$, 'and what many moved is written once');

select * from finish();
rollback;
