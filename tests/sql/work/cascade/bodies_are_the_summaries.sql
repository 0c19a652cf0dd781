begin;
select plan(5);

\ir ../two_projects.sql
\ir ../cascade_told.sql

update work.tasks set title = 'told' where id = '00000000-0000-7000-c000-000000000003';
prepare body (text) as
  select c.body::jsonb from work.cascade(pg_temp.told('task')) c where c.id = $1;

select results_eq($$ execute body ('00000000-0000-7000-b000-000000000001') $$, array[work.branch_summary('00000000-0000-7000-b000-000000000001')], 'of the branch');
select results_eq($$ execute body ('00000000-0000-7000-a000-000000000001') $$, array[work.project_summary('00000000-0000-7000-a000-000000000001')], 'of the project');
select results_eq($$ execute body ('00000000-0000-7000-c000-000000000002') $$, array[work.task_summary('00000000-0000-7000-c000-000000000002')], 'of the parent');
select results_eq($$
  select json_object_keys(c.body) from work.cascade(pg_temp.told('task')) c where c.id = '00000000-0000-7000-e000-000000000003' order by 1
$$, array['branch_id', 'id', 'key', 'project_id', 'task_id', 'updated_at'],
  'a context without what it says');
select results_eq($$
  select b ->> 'id' from jsonb_array_elements(tide.cascade('task', '00000000-0000-7000-c000-000000000003') -> 'tasks') b order by 1
$$, array['00000000-0000-7000-c000-000000000001', '00000000-0000-7000-c000-000000000002'], 'and tide.cascade() tells them for one row as it stands');

select * from finish();
rollback;
