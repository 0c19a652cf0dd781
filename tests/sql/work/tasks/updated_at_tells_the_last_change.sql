begin;
select plan(2);

insert into work.projects (id, name) values
  ('00000000-0000-7000-a000-000000000001', 'one'),
  ('00000000-0000-7000-a000-000000000002', 'two');
insert into work.branches (id, project_id, name) values
  ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-a000-000000000001', 'main'),
  ('00000000-0000-7000-b000-000000000002', '00000000-0000-7000-a000-000000000001', 'next'),
  ('00000000-0000-7000-b000-000000000003', '00000000-0000-7000-a000-000000000002', 'main');

insert into work.tasks (id, git_branch_id, title, updated_at)
values ('00000000-0000-7000-c000-000000000001', '00000000-0000-7000-b000-000000000001', 'task',
  '2001-01-01');

update work.tasks set title = 'task' where id = '00000000-0000-7000-c000-000000000001';
select is(t.updated_at, '2001-01-01', 'an update that changes nothing leaves it')
from work.tasks t where t.id = '00000000-0000-7000-c000-000000000001';
update work.tasks set title = 'renamed', updated_at = '2002-02-02'
  where id = '00000000-0000-7000-c000-000000000001';
select is(t.updated_at, now(), 'a change sets it, whatever the writer says')
from work.tasks t where t.id = '00000000-0000-7000-c000-000000000001';

select * from finish();
rollback;
