begin;
select plan(4);

\ir ../two_empty_projects.sql

insert into work.tasks (id, git_branch_id, parent_id, title)
select
  ('00000000-0000-7000-c000-' || lpad(n::text, 12, '0'))::uuid,
    '00000000-0000-7000-b000-000000000001',
  case when n > 1 then ('00000000-0000-7000-c000-' || lpad((n - 1)::text, 12, '0'))::uuid end,
  'level ' || n
from generate_series(1, 101) n;

select is(cardinality(work._task_ancestors(t.parent_id)), 100, 'a task may have 100 ancestors')
from work.tasks t where t.id = '00000000-0000-7000-c000-000000000101';
select throws_ok(
  $$ insert into work.tasks (git_branch_id, parent_id, title)
    values ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-c000-000000000101',
    'deep') $$,
  '23514', null, 'but not 101');
insert into work.tasks (id, git_branch_id, title) values ('00000000-0000-7000-c000-000000000200',
  '00000000-0000-7000-b000-000000000001', 'new top');
select throws_ok($$ update work.tasks set parent_id = '00000000-0000-7000-c000-000000000200'
  where id = '00000000-0000-7000-c000-000000000001' $$, '23514', null,
  'and a move counts what is below the moved task');
select lives_ok($$ update work.tasks set parent_id = '00000000-0000-7000-c000-000000000200'
  where id = '00000000-0000-7000-c000-000000000002' $$,
  'a move that stays within the limit is fine');

select * from finish();
rollback;
