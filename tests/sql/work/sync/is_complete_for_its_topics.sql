begin;
select plan(8);

\ir ../two_projects_with_members.sql

select is(work.sync('00000000-0000-7000-f000-000000000001') -> 'topics',
  '["project:00000000-0000-7000-a000-000000000001",
    "project:00000000-0000-7000-a000-000000000002"]',
  'by default all projects of the user');
select is(work.sync('00000000-0000-7000-f000-000000000001') -> 'sequence', to_jsonb(p.sequence),
  'at the head')
from tide.position() p;
select is(
  work.sync('00000000-0000-7000-f000-000000000001') -> 'positions'
    -> 'project:00000000-0000-7000-a000-000000000001',
  to_jsonb(p.sequence),
  'every topic at that position')
from tide.position() p;
select is(
  work.sync('00000000-0000-7000-f000-000000000001') -> 'summaries'
    -> '00000000-0000-7000-b000-000000000001' -> 'asOf',
  to_jsonb(p.sequence),
  'every summary says as of when')
from tide.position() p;
select is(work.sync('00000000-0000-7000-f000-000000000002',
  array['project:00000000-0000-7000-a000-000000000001',
  'project:00000000-0000-7000-a000-000000000002']) -> 'topics',
  '["project:00000000-0000-7000-a000-000000000001"]', 'a topic that is not allowed is left out');
select is((select array_agg(k) from jsonb_object_keys(
  work.sync('00000000-0000-7000-f000-000000000002',
    array['task:00000000-0000-7000-c000-000000000001']) -> 'summaries') k),
    array['00000000-0000-7000-b000-000000000001'],
  'a task''s topic brings its branch');
select is(work.sync('00000000-0000-7000-f000-000000000003') - array['epoch', 'sequence'],
  '{"topics": [], "positions": {}, "summaries": {}, "projects": {}}', 'nothing for a stranger');
select is(current_setting('tide.as_of', true), '', 'the reader sees the present again');

select * from finish();
rollback;
