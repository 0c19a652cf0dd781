begin;
select plan(7);

select ok(not has_table_privilege(r.role, 'work.branch_totals', 'insert, update, delete, truncate'),
  r.role || ' cannot')
from unnest(array['tide_service', 'tide_writer', 'tide_reader']) r (role);
select ok(has_table_privilege('tide_writer', 'work.tasks', 'insert'), 'a writer writes tasks');
select ok(not has_table_privilege('tide_reader', 'work.tasks', 'insert'), 'a reader does not');
select ok(has_function_privilege('tide_writer', 'work.update_task(uuid, jsonb)', 'execute'),
  'a writer calls the verbs');
select ok(not has_function_privilege('tide_reader', 'work.update_task(uuid, jsonb)', 'execute'),
  'a reader does not');

select * from finish();
rollback;
