begin;
select plan(2);

\ir ../two_projects.sql
\ir ../cascade_told.sql

delete from work.tasks where id = '00000000-0000-7000-c000-000000000003';
create temporary table change as select pg_temp.told('task') as changes;
delete from work.projects where id = '00000000-0000-7000-a000-000000000001';

select results_eq(
  'select c.member, c.body::text from change, work.cascade(change.changes) c order by 1',
  $$ values
    ('branches', '{"id" : "00000000-0000-7000-b000-000000000001", "deleted" : true}'),
    ('projects', '{"id" : "00000000-0000-7000-a000-000000000001", "deleted" : true}'),
    ('tasks', '{"id" : "00000000-0000-7000-c000-000000000002", "deleted" : true}') $$,
  'the last image and the topics still name them');
select results_eq(
  $$ select c.member, c.body::text from work.cascade(pg_temp.told('project')) c $$,
  $$ values ('projects', '{"id" : "00000000-0000-7000-a000-000000000001", "deleted" : true}') $$,
  'and a project itself');

select * from finish();
rollback;
