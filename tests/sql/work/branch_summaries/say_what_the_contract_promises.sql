begin;
select plan(7);

\ir ../two_projects.sql

update work.tasks set progress_percentage = 50, status = 'in_progress'
  where id = '00000000-0000-7000-c000-000000000001';

select is(b.avg_progress, 16.67, 'average progress is rounded to two decimals')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000001';
select is(b.active_tasks, 1::bigint, 'active tasks are those in progress')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000001';
select is(b.priority_breakdown, '{"low": 0, "medium": 3, "high": 0, "urgent": 0}',
  'every priority is counted')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000001';
select is(b.avg_progress, null, 'a branch without tasks has no progress')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000002';
select is(b.total_tasks, 0::bigint, 'but is there, with zeros')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000002';
update work.branches set archived_at = now() where id = '00000000-0000-7000-b000-000000000002';
select ok(b.archived, 'an archived branch says so')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000002';
select is(b.id, b.branch_id, 'id is branch_id')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000002';

select * from finish();
rollback;
