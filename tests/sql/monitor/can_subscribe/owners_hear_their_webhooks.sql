begin;
select plan(4);

\ir ../../work/two_projects_with_members.sql

insert into monitor.webhooks (id, owner_id, url, topics)
values ('00000000-0000-7000-a000-000000000001', '00000000-0000-7000-f000-000000000002',
  'http://a/', '{project:00000000-0000-7000-a000-000000000001}');
prepare hears (uuid, text) as select tide.can_subscribe($1, $2);
select results_eq($$ execute hears('00000000-0000-7000-f000-000000000002',
  'webhook:00000000-0000-7000-a000-000000000001') $$, array[true], 'its owner hears it');
select results_eq($$ execute hears('00000000-0000-7000-f000-000000000001',
  'webhook:00000000-0000-7000-a000-000000000001') $$, array[false], 'somebody else does not');
select results_eq($$ execute hears('00000000-0000-7000-f000-000000000002', 'monitor:alerts') $$,
  array[false], 'alerts are for administrators');
select results_eq($$ execute hears('00000000-0000-7000-f000-000000000002', 'webhook:nonsense') $$,
  array[false], 'nonsense is nobody''s');

select * from finish();
rollback;
