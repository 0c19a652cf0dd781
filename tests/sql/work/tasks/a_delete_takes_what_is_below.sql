begin;
select plan(3);

\ir ../two_projects.sql

delete from work.tasks where id = '00000000-0000-7000-c000-000000000002';

select results_eq('select t.title from work.tasks t
  where t.project_id = ''00000000-0000-7000-a000-000000000001''',
  array['top'], 'children go with their parent');
select is_empty('select from work.subtasks s
  where s.project_id = ''00000000-0000-7000-a000-000000000001''', 'so do subtasks');
select results_eq('select x.key from work.contexts x
  where x.project_id = ''00000000-0000-7000-a000-000000000001'' order by 1',
  array['charter', 'decisions'], 'and what was known of them; the branch keeps its own');

select * from finish();
rollback;
