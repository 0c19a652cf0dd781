begin;
select plan(15);

\ir ../../work/two_projects_with_members.sql

prepare hook (jsonb) as
select monitor.create_webhook('00000000-0000-7000-f000-000000000002',
  '{"url": "https://example.com/in", "topics": ["project:00000000-0000-7000-a000-000000000001"]}'
    || $1);
select lives_ok($$ execute hook('{}') $$, 'a member has one for their project');
select throws_like(format('execute hook(%L)', jsonb_build_object('url', u)), '%webhook_url_is_http%',
  format('not an address: %s', u))
from unnest('{ftp://example.com,example.com,"http://",https://ann:secret@example.com/,http://a b/}'::text[]) u;
select throws_like($$ execute hook('{"topics": ["project:00000000-0000-7000-a000-000000000002"]}') $$,
  'the owner may not hear%', 'a topic that they may not hear');
select throws_like($$ execute hook('{"topics": ["monitor:alerts"]}') $$, 'the owner may not hear%',
  'nor what is for administrators');
select throws_like($$ execute hook('{"topics": ["nonsense:1"]}') $$, 'nothing is told on%',
  'a topic that there is not');
select throws_like($$ execute hook('{"topics": []}') $$, '%topics%', 'no topic');
select throws_like($$ execute hook('{"actions": ["explode"]}') $$, '%webhook_actions_are_known%',
  'an unknown action');
select throws_like($$ execute hook('{"topic": "x"}') $$, 'field "topic" is not known%',
  'an unknown field');
select throws_like($$ select monitor.create_webhook(null,
  '{"url": "http://a/", "topics": ["table:public.x"]}') $$, 'nothing is told on%',
  'administrators have no topics that there are not');
select lives_ok($$ select monitor.create_webhook(null,
  '{"url": "http://[::1]:9/x?y=z", "topics": ["monitor:alerts"]}') $$,
  'but those of this room');
select is((select count(*) from tide.consumers c where c.name like 'webhook:%'), 2::bigint,
  'each has a position');

select * from finish();
rollback;
