begin;
select plan(9);

select work.enforce_row_security(true);
\ir ../two_projects_with_members.sql
insert into work.contexts (project_id, key) values
  ('00000000-0000-7000-a000-000000000001', 'mine'),
  ('00000000-0000-7000-a000-000000000002', 'a secret');

select work.become('00000000-0000-7000-f000-000000000002');
select results_eq('select p.name from work.projects p', array['one'],
  'of all projects those of the viewer');
select results_eq('select distinct m.project_id::text from work.project_members m',
  array['00000000-0000-7000-a000-000000000001'], 'and who is in them');
select results_eq('select b.name from work.branches b order by 1', array['main', 'next'],
  'their branches');
select results_eq('select c.key from work.contexts c', array['mine'], 'what is known of them');
select results_eq('select s.name from work.branch_summaries s order by 1', array['main', 'next'],
  'the summaries of their branches');
select results_eq('select s.name from work.project_summaries s', array['one'], 'and their own');
select is(work.branch_summary('00000000-0000-7000-b000-000000000003'), null,
  'no function forgets it');
select work.become('00000000-0000-7000-f000-000000000003');
select is_empty('select from work.tasks', 'a stranger sees no task');
reset role;
select set_config('work.user_id', '', true);
select results_eq('select p.name from work.projects p order by 1', array['one', 'two'],
  'who acts for nobody sees what grants allow');

select * from finish();
rollback;
