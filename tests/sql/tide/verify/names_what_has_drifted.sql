select plan(5);

insert into work.users (handle) values ('ann');
insert into work.projects (id, name) values ('00000000-0000-7000-8000-000000000001', 'one');
insert into work.branches (id, project_id, name) values
  ('00000000-0000-7000-8000-000000000011', '00000000-0000-7000-8000-000000000001', 'main');
insert into work.tasks (git_branch_id, title, status)
select '00000000-0000-7000-8000-000000000011', 'task ' || i, 'done' from generate_series(1, 5) i;
select is_empty('select * from tide.verify()', 'a fresh database has not drifted');

update work.branch_totals set total_tasks = total_tasks + 1;
insert into work.branch_totals (branch_id, total_tasks, high_tasks)
values ('00000000-0000-7000-8000-000000000011', 1, -2);
select set_eq(
  $$select v.summary, v.key, v.column_name, v.stored, v.actual from tide.verify() v$$,
  $$values
    ('work.branch_totals', '00000000-0000-7000-8000-000000000011', 'total_tasks', '6', '5'),
    ('work.branch_totals', '00000000-0000-7000-8000-000000000011', 'high_tasks', '-2', '0')$$,
  'summary, row, column, what readers see and what is true');

insert into work.branch_totals (branch_id, total_tasks)
values ('00000000-0000-7000-8000-00000000dead', 3);
select is((select v.actual from tide.verify() v where v.key like '%dead'), '0',
  'a row that stands for nothing is drift too');

select isnt_empty('select * from tide.rebuild()', 'rebuild repairs');
select is_empty('select * from tide.verify()', 'so that nothing has drifted any more');

select * from finish();
