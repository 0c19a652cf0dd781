begin;
select plan(2);

\ir ../two_empty_projects.sql

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
