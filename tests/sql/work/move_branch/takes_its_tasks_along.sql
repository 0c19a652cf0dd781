begin;
select plan(3);

\ir ../two_projects.sql

select is(work.move_branch('00000000-0000-7000-b000-000000000001',
  '00000000-0000-7000-a000-000000000002') ->> 'project_id', '00000000-0000-7000-a000-000000000002',
  'answers the moved row');
select results_eq('select distinct t.project_id from work.tasks t
  where t.git_branch_id = ''00000000-0000-7000-b000-000000000001''',
  array['00000000-0000-7000-a000-000000000002'::uuid], 'its tasks came along');
insert into work.tasks (git_branch_id, parent_id, title)
  values ('00000000-0000-7000-b000-000000000003', '00000000-0000-7000-c000-000000000001', 'a tie');
select throws_ok($$ select work.move_branch('00000000-0000-7000-b000-000000000001',
  '00000000-0000-7000-a000-000000000001') $$, '23503', null,
  'a child on a branch that stays holds it, and the call says so');

select * from finish();
rollback;
