begin;
select plan(5);

\ir ../two_projects_with_members.sql

prepare branches (jsonb) as select jsonb_object_keys($1 -> 'summaries') order by 1;

select results_eq($$ execute branches (
  work.bulk_summaries('00000000-0000-7000-f000-000000000001')) $$,
  array['00000000-0000-7000-b000-000000000001', '00000000-0000-7000-b000-000000000002',
    '00000000-0000-7000-b000-000000000003'], 'all projects of a member when none is named');
select results_eq($$ execute branches (work.bulk_summaries('00000000-0000-7000-f000-000000000001',
  array['00000000-0000-7000-a000-000000000002'::uuid])) $$,
  array['00000000-0000-7000-b000-000000000003'], 'those named');
select is(work.bulk_summaries('00000000-0000-7000-f000-000000000002',
  array['00000000-0000-7000-a000-000000000002'::uuid]), '{"summaries": {}, "projects": {}}',
  'not one the user is no member of');
select is(work.bulk_summaries('00000000-0000-7000-f000-000000000003'),
  '{"summaries": {}, "projects": {}}', 'nothing to a stranger');
select is(
  work.bulk_summaries('00000000-0000-7000-f000-000000000002') -> 'projects'
    -> '00000000-0000-7000-a000-000000000001' ->> 'total_tasks', '1',
  'projects come by id, with their totals');

select * from finish();
rollback;
