begin;
select plan(8);

\ir ../a_person_with_a_key.sql

select matches(m.told ->> 'key', '^tg_[0-9a-f]{12}_[0-9a-f]{64}$', 'the key') from made m;
select is(m.told ->> 'prefix', split_part(m.told ->> 'key', '_', 2), 'begins with its prefix')
from made m;
select ok(not m.told ? 'hash', 'the hash is nobody''s business') from made m;
select is(k.hash, sha256(convert_to(m.told ->> 'key', 'UTF8')), 'stored is the hash of all of it')
from work.api_keys k, made m;
select ok(strpos(to_jsonb(k)::text, split_part(m.told ->> 'key', '_', 3)) = 0, 'and nothing else')
from work.api_keys k, made m;
select results_eq($$ select k.name, k.role, k.sources, k.expires_at, k.last_used_at from work.api_keys k $$,
  $$ values ('laptop', null::text, '{user}'::text[], null::timestamptz, null::timestamptz) $$,
  'a person''s, without end, unused');
select is(k ->> 'expires_at', to_jsonb(now() + interval '90 days') #>> '{}', 'or with one')
from work.create_key('00000000-0000-7000-f000-000000000001', lifetime => '90 days') k;
select is((select count(distinct work._random_hex()) from generate_series(1, 1000)), 1000::bigint,
  'no two are alike');

select * from finish();
rollback;
