begin;
select plan(6);

\ir ../a_person_with_a_key.sql

prepare key (text, text[], interval) as
select work.create_key('00000000-0000-7000-f000-000000000001', role => $1, sources => $2, lifetime => $3);

select throws_like($$ execute key('root', '{user}', null) $$, '%key_role_is_known%', 'an unknown role');
select throws_like($$ execute key(null, '{root}', null) $$, '%key_sources_are_known%',
  'an unknown source');
select throws_like($$ execute key(null, '{}', null) $$, '%key_sources_are_known%', 'no source');
select throws_like($$ execute key(null, array[null], null) $$, '%key_sources_are_known%', 'null');
select throws_like($$ execute key(null, '{user}', '-1s') $$, '%key_expiry_is_after_its_creation%',
  'an end before the beginning');
select throws_like($$ select work.create_key(gen_random_uuid()) $$, '%key_user_exists%', 'nobody');

select * from finish();
rollback;
