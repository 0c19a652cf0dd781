begin;
select plan(5);

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

-- The last changes of an entity in this transaction, as a tick would tell them to the cascade.
create function pg_temp.told(kind text, last int default 1) returns tide.change[] language sql as $$
  select array_agg(row(e.n, e.entity, e.action, e.key, e.topics,
    coalesce(r.record, e.image::json), e.delta)::tide.change order by e.n)
  from (
    select e.*, (last + 1 - row_number() over (order by e.id desc))::int as n
    from tide.events e
    where e.xid = pg_current_xact_id() and e.entity = kind
    order by e.id desc
    limit last
  ) e
  left join lateral tide._records(e.entity, array[e.key], 0) r on true
$$;

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
