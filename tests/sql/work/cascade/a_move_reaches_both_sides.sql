begin;
select plan(2);

\ir ../two_projects.sql
\ir ../cascade_told.sql

update work.tasks set git_branch_id = '00000000-0000-7000-b000-000000000003', parent_id = null where id = '00000000-0000-7000-c000-000000000003';

select results_eq($$
  select c.member, c.id from work.cascade(pg_temp.told('task')) c
  where c.member <> 'contexts' order by 1, 2
$$, $$
  values ('branches', '00000000-0000-7000-b000-000000000001'), ('branches', '00000000-0000-7000-b000-000000000003'),
    ('projects', '00000000-0000-7000-a000-000000000001'), ('projects', '00000000-0000-7000-a000-000000000002'),
    ('tasks', '00000000-0000-7000-c000-000000000001'), ('tasks', '00000000-0000-7000-c000-000000000002')
$$, 'of a task: the places it left and the one it came to');

update work.branches set project_id = '00000000-0000-7000-a000-000000000002' where id = '00000000-0000-7000-b000-000000000002';
select results_eq($$
  select c.member, c.id from work.cascade(pg_temp.told('branch')) c order by 1, 2
$$, $$
  values ('branches', '00000000-0000-7000-b000-000000000002'), ('projects', '00000000-0000-7000-a000-000000000001'), ('projects', '00000000-0000-7000-a000-000000000002')
$$, 'of a branch: its own summary and both projects');

select * from finish();
rollback;
