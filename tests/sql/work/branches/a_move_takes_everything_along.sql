begin;
select plan(4);

\ir ../two_projects.sql

update work.branches set project_id = '00000000-0000-7000-a000-000000000002'
  where id = '00000000-0000-7000-b000-000000000001';
set constraints all immediate;

select results_eq('select distinct t.project_id from work.tasks t
  where t.git_branch_id = ''00000000-0000-7000-b000-000000000001''',
  array['00000000-0000-7000-a000-000000000002'::uuid], 'its tasks are in the new project');
select results_eq('select distinct s.project_id from work.subtasks s
  where s.task_id = ''00000000-0000-7000-c000-000000000003''',
  array['00000000-0000-7000-a000-000000000002'::uuid], 'so are their subtasks');
select results_eq('select x.id from work.contexts x
  where x.project_id = ''00000000-0000-7000-a000-000000000002'' order by 1',
  array['00000000-0000-7000-e000-000000000002'::uuid, '00000000-0000-7000-e000-000000000003'],
    'so are its contexts and its tasks'' contexts');
select results_eq('select x.id from work.contexts x
  where x.project_id = ''00000000-0000-7000-a000-000000000001''',
  array['00000000-0000-7000-e000-000000000001'::uuid], 'the old project keeps its own context');

select * from finish();
rollback;
