begin;
select plan(7);

insert into work.projects (id, name) values
  ('00000000-0000-7000-a000-000000000001', 'one'),
  ('00000000-0000-7000-a000-000000000002', 'two');
insert into work.branches (id, project_id, name) values
  ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'main'),
  ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-a000-000000000001', 'next'),
  ('00000000-0000-7000-b000-000000000003', '00000000-0000-7000-a000-000000000002', 'main');
insert into work.tasks (id, git_branch_id, parent_id, title) values
  ('00000000-0000-7000-c000-000000000001', '00000000-0000-7000-b000-000000000001', null, 'top'),
  ('00000000-0000-7000-c000-000000000002', '00000000-0000-7000-b000-000000000001',
    '00000000-0000-7000-c000-000000000001', 'middle'),
  ('00000000-0000-7000-c000-000000000003', '00000000-0000-7000-b000-000000000001',
    '00000000-0000-7000-c000-000000000002', 'bottom');
insert into work.subtasks (id, task_id, title, status) values
  ('00000000-0000-7000-d000-000000000001', '00000000-0000-7000-c000-000000000003', 'step', 'done'),
  ('00000000-0000-7000-d000-000000000002', '00000000-0000-7000-c000-000000000003', 'step', 'todo');
insert into work.contexts (id, project_id, branch_id, task_id, key) values
  ('00000000-0000-7000-e000-000000000001', '00000000-0000-7000-a000-000000000001', null, null,
    'charter'),
  ('00000000-0000-7000-e000-000000000002', '00000000-0000-7000-a000-000000000001',
    '00000000-0000-7000-b000-000000000001', null, 'decisions'),
  ('00000000-0000-7000-e000-000000000003', '00000000-0000-7000-a000-000000000001',
    '00000000-0000-7000-b000-000000000001', '00000000-0000-7000-c000-000000000003', 'notes');

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
