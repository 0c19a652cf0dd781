begin;
select plan(5);

\ir ../a_person_with_a_key.sql

create temporary view told as
select e.action, e.topics, to_jsonb(e) as event from tide.events e where e.entity = 'key';

select results_eq($$ select t.action, t.topics from told t $$,
  $$ values ('create', array['user:00000000-0000-7000-f000-000000000001']) $$,
  'its user''s topic hears of a key');
select ok(bool_and(strpos(t.event::text, encode(k.hash, 'hex')) = 0), 'not of its hash')
from told t, work.api_keys k;
do $$ begin perform work.touch_key(k.id) from work.api_keys k; end $$;
select is((select count(*) from told), 1::bigint, 'nor that it was used');
do $$ begin perform work.revoke_key(k.prefix) from work.api_keys k; end $$;
select is((select t.event -> 'delta' ->> 'revoked_at' is not null from told t where t.action = 'update'),
  true, 'but that it was revoked');
delete from work.users;
select is((select count(*) from told t where t.action = 'delete'), 1::bigint, 'and that it is gone');

select * from finish();
rollback;
