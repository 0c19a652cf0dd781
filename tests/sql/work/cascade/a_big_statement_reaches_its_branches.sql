begin;
select plan(2);

\ir ../two_projects.sql
\ir ../cascade_told.sql

select tide.watch('work.tasks', entity => 'task', guarded => false, coalesce_above => 2,
  topics => array['''project:'' || project_id', '''branch:'' || git_branch_id', '''task:'' || id']);
update work.tasks set title = 'all';

select is((pg_temp.told('task'))[1].key, null, 'it is told as one event');
select results_eq($$
  select c.member, c.id from work.cascade(pg_temp.told('task')) c
  where c.member in ('branches', 'projects') order by 1
$$, $$ values ('branches', '00000000-0000-7000-b000-000000000001'), ('projects', '00000000-0000-7000-a000-000000000001') $$, 'with the summaries it moved');

select * from finish();
rollback;
