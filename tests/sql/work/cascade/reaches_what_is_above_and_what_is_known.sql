begin;
select plan(5);

\ir ../two_projects.sql
\ir ../cascade_told.sql

prepare reached (text) as
  select c.member, c.id from work.cascade(pg_temp.told($1)) c order by 1, 2;

update work.tasks set title = 'told' where id = '00000000-0000-7000-c000-000000000003';
select results_eq($$ execute reached ('task') $$, $$
  values ('branches', '00000000-0000-7000-b000-000000000001'), ('contexts', '00000000-0000-7000-e000-000000000002'), ('contexts', '00000000-0000-7000-e000-000000000003'), ('projects', '00000000-0000-7000-a000-000000000001'),
    ('tasks', '00000000-0000-7000-c000-000000000001'), ('tasks', '00000000-0000-7000-c000-000000000002')
$$, 'of a task: all above it, and what is known of it and of its branch');
update work.subtasks set title = 'told' where id = '00000000-0000-7000-d000-000000000001';
select results_eq($$ execute reached ('subtask') $$, $$
  values ('branches', '00000000-0000-7000-b000-000000000001'), ('projects', '00000000-0000-7000-a000-000000000001'), ('tasks', '00000000-0000-7000-c000-000000000003')
$$, 'of a subtask: its task, branch and project');
update work.contexts set body = '1' where id = '00000000-0000-7000-e000-000000000003';
select results_eq($$ execute reached ('context') $$, $$
  values ('branches', '00000000-0000-7000-b000-000000000001'), ('projects', '00000000-0000-7000-a000-000000000001'), ('tasks', '00000000-0000-7000-c000-000000000003')
$$, 'of a context: where it belongs');
update work.contexts set body = '1' where id = '00000000-0000-7000-e000-000000000001';
select results_eq($$ execute reached ('context') $$, $$ values ('projects', '00000000-0000-7000-a000-000000000001') $$, 'of one of the whole project');
insert into work.users (id, handle) values ('00000000-0000-7000-f000-000000000001', 'ada');
insert into work.project_members (project_id, user_id, role)
  values ('00000000-0000-7000-a000-000000000001', '00000000-0000-7000-f000-000000000001', 'viewer');
select results_eq($$ execute reached ('member') $$, $$ values ('projects', '00000000-0000-7000-a000-000000000001') $$, 'of a membership: its project');

select * from finish();
rollback;
