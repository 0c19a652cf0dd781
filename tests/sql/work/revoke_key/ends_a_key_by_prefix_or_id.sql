begin;
select plan(7);

\ir ../a_person_with_a_key.sql

select is(work.revoke_key('nonsense'), null, 'of nothing, nothing');
select is((select count(*) from work.api_keys k where k.revoked_at is null), 1::bigint, 'is ended');
select ok(work.revoke_key(m.told ->> 'prefix') ->> 'revoked_at' is not null, 'by prefix') from made m;
update work.api_keys set revoked_at = created_at - interval '1 day';
select is((work.revoke_key('tg_' || (m.told ->> 'prefix') || '_…') ->> 'revoked_at')::timestamptz,
  now() - interval '1 day', 'again, as lists show it: the first time counts') from made m;
update work.api_keys set revoked_at = null;
select ok(work.revoke_key(m.told ->> 'key') ->> 'revoked_at' is not null, 'by the whole key') from made m;
update work.api_keys set revoked_at = null;
select ok(work.revoke_key(upper(m.told ->> 'id')) ->> 'revoked_at' is not null, 'by id') from made m;
select ok(not work.revoke_key(m.told ->> 'id') ? 'hash', 'without the hash') from made m;

select * from finish();
rollback;
