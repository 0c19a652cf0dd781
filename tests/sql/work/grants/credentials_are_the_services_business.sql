begin;
select plan(10);

\ir ../a_person_with_a_key.sql

select ok(not has_table_privilege(r.role, t.name, 'select, insert, update, delete'),
  format('%s has nothing to do with %s', r.role, t.name))
from unnest(array['tide_writer', 'tide_reader', 'tide_user']) r (role),
  unnest(array['work.api_keys', 'work.ws_tickets']) t (name);
set local role tide_writer;
select throws_ok($$ select work.create_key('00000000-0000-7000-f000-000000000001') $$, '42501', null,
  'who may write tasks may not make a key');
set local role tide_user;
select throws_ok($$ select work.create_key('00000000-0000-7000-f000-000000000001') $$, '42501', null,
  'nor a transaction that acts for a person');
set local role tide_service;
select lives_ok($$ select work.create_key('00000000-0000-7000-f000-000000000001') $$,
  'the service may');
select is((select count(*) from work.keys k where k.standing = 'good'), 2::bigint, 'and lists them');
reset role;

select * from finish();
rollback;
