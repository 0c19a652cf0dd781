begin;
select plan(7);

\ir ../../work/two_projects_with_members.sql
insert into monitor.webhooks (id, owner_id, url, topics) values
  ('00000000-0000-7000-a000-000000000001', '00000000-0000-7000-f000-000000000002',
    'http://a/', '{project:00000000-0000-7000-a000-000000000001}'),
  ('00000000-0000-7000-a000-000000000002', null, 'http://b/', '{monitor:alerts}');

select work.become('00000000-0000-7000-f000-000000000002');
select is(jsonb_array_length(l.items), 1, 'they see theirs')
from monitor.list_webhooks('00000000-0000-7000-f000-000000000002') l;
select is(jsonb_array_length(l.items), 0, 'and not all, whatever the service would say')
from monitor.list_webhooks(null) l;
select throws_ok($$ select monitor.get_webhook(null, '00000000-0000-7000-a000-000000000002') $$,
  'P0002', null, 'nor an administrator''s');
select throws_ok($$ select monitor.create_webhook(null, '{"url": "http://a/",
  "topics": ["monitor:alerts"]}') $$, '42501', null, 'nor may they make one');
select throws_ok('select from monitor.webhook_secrets', '42501', null, 'nor read secrets');
select throws_ok('select from monitor.alerts', '42501', null, 'nor alerts');
set local role tide_reader;
select throws_ok('select from monitor.webhook_secrets', '42501', null, 'nor do readers');
reset role;

select * from finish();
rollback;
