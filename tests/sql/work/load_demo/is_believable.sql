begin;
select plan(5);

select is(work.load_demo(3, 9, 300, 7) - array['subtasks', 'contexts', 'users'],
  '{"projects": 3, "branches": 9, "tasks": 300}', 'makes what is asked for');
select is(count(*), 3::bigint, 'demo is admin of all')
from work.project_members m
join work.users u on u.id = m.user_id
join work.projects p on p.id = m.project_id
where u.handle = 'demo' and m.role = 'admin' and p.name like 'Harbor Billing'
  or u.handle = 'demo' and m.role = 'admin' and p.name in ('Lantern Billing', 'Meridian Billing');
select is(count(distinct t.status), 5::bigint, 'tasks are in every state') from work.tasks t;
select ok(count(*) > 30, 'many have a parent') from work.tasks t where t.parent_id is not null;
set constraints all immediate;
select ok(count(*) > 100, 'many have subtasks') from work.subtasks s;

select * from finish();
rollback;
