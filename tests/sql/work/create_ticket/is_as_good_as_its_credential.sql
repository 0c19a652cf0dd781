begin;
select plan(6);

\ir ../a_person_with_a_key.sql

create temporary table bought as
select t.told from made m, work.create_ticket('00000000-0000-7000-f000-000000000001', true,
  '{mcp-ai}', (m.told ->> 'id')::uuid, 3600, 30) t (told);

select matches(b.told ->> 'ticket', '^tgt_[0-9a-f]{64}$', 'a ticket') from bought b;
select results_eq($$ select (b.told ->> 'expires_in')::int, (b.told ->> 'expires_at')::timestamptz
  from bought b $$, $$ values (30, now() + interval '30 s') $$, 'for so long');
select is(t.hash, sha256(convert_to(b.told ->> 'ticket', 'UTF8')), 'stored is its hash')
from work.ws_tickets t, bought b;
select is(t.credential_expires_at, now() + interval '1 hour', 'what it begins ends with its credential')
from work.ws_tickets t;
select is((work.create_ticket('00000000-0000-7000-f000-000000000001', false, '{user}', null, 5, 30)
  ->> 'expires_in')::int, 5, 'and it itself is not better than that');
update work.ws_tickets set expires_at = now() - interval '61 s' where is_admin;
do $$ begin perform work.create_ticket('00000000-0000-7000-f000-000000000001', false, '{user}', null, 60, 30); end $$;
select is((select count(*) from work.ws_tickets t where t.is_admin), 0::bigint, 'old ones are swept');

select * from finish();
rollback;
