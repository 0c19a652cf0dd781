begin;
select plan(5);

\ir ../two_projects.sql

select is(work.set_context('00000000-0000-7000-a000-000000000001', 'charter', '{"goal": 1}')
  ->> 'id', '00000000-0000-7000-e000-000000000001', 'by its key');
select is(work.set_context('00000000-0000-7000-a000-000000000001', 'notes',
  '{"a": {"b": 1, "c": 2}}', null, '00000000-0000-7000-c000-000000000003') ->> 'id',
  '00000000-0000-7000-e000-000000000003', 'a task says its branch');
select is(work.update_context('00000000-0000-7000-e000-000000000003',
  '{"body": {"a": {"b": null, "d": 3}}}') -> 'body',
  '{"a": {"c": 2, "d": 3}}', 'a patch merges into the body');
select is(work.delete_context('00000000-0000-7000-e000-000000000003') ->> 'id',
  '00000000-0000-7000-e000-000000000003', 'and it can be deleted');
select is(work._merge_patch('{"a": [1]}', '{"a": {"x": null}}'), '{"a": {}}',
  'a patch over something that is no object starts from an empty one');

select * from finish();
rollback;
