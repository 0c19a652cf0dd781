begin;
select plan(2);

\ir ../two_projects_with_members.sql

-- The task of this transaction cannot have been ticked.
select is(
  work.sync('00000000-0000-7000-f000-000000000001') -> 'summaries'
    -> '00000000-0000-7000-b000-000000000001' -> 'total_tasks', '0',
  'summaries are as of the head');
select is(work.branch_summary('00000000-0000-7000-b000-000000000001') -> 'total_tasks', '1',
  'while the view counts it');

select * from finish();
rollback;
