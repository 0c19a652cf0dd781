begin;
select plan(4);

\ir ../two_projects.sql

select throws_ok($$ update work.tasks set parent_id = id
  where id = '00000000-0000-7000-c000-000000000001' $$, '23514', null,
  'a task is not its own parent');
select throws_ok($$ update work.tasks set parent_id = '00000000-0000-7000-c000-000000000003'
  where id = '00000000-0000-7000-c000-000000000001' $$, '23514',
  'task 00000000-0000-7000-c000-000000000001 would be its own ancestor',
    'nor below what is below it');
select throws_ok($$
  insert into work.tasks (id, git_branch_id, parent_id, title) values
    ('00000000-0000-7000-c000-000000000008', '00000000-0000-7000-b000-000000000001',
      '00000000-0000-7000-c000-000000000009', 'egg'),
    ('00000000-0000-7000-c000-000000000009', '00000000-0000-7000-b000-000000000001',
      '00000000-0000-7000-c000-000000000008', 'hen')
$$, '23514', null, 'nor in a ring that one statement inserts');
select lives_ok($$
  update work.tasks
  set parent_id = case id when '00000000-0000-7000-c000-000000000001'
    then '00000000-0000-7000-c000-000000000002'::uuid end
  where id in ('00000000-0000-7000-c000-000000000001', '00000000-0000-7000-c000-000000000002')
$$, 'one statement may swap parent and child');

select * from finish();
rollback;
