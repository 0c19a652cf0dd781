begin;
select plan(2);

-- Everything here happens at one now(), so a branch as if of old shows what moves it on.
insert into work.projects (id, name) values ('00000000-0000-7000-a000-000000000001', 'one');
insert into work.branches (id, project_id, name, updated_at)
values ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'main',
  '2001-01-01');

select is(b.last_activity, now(), 'the branch''s own creation counts')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000001';
select is(b.updated_at, '2001-01-01', 'updated_at is that of the branch''s row')
from work.branch_summaries b where b.branch_id = '00000000-0000-7000-b000-000000000001';

select * from finish();
rollback;
