begin;
select plan(7);

\ir ../a_person_with_a_key.sql

create function pg_temp.bought(text) returns bytea language sql as $$
  select sha256(convert_to(work.create_ticket('00000000-0000-7000-f000-000000000001', true,
    '{mcp-ai}', (m.told ->> 'id')::uuid, 3600, 30) ->> 'ticket', 'UTF8')) from made m $$;
create temporary table ticket as select pg_temp.bought('first') as hash;
prepare claimed as
select f.handle, f.is_admin, f.sources, f.standing from ticket t, work.claim_ticket(t.hash) f;

select results_eq($$ select f.handle, f.is_admin, f.sources, f.seconds_left, f.key_id is not null, f.standing
  from ticket t, work.claim_ticket(t.hash) f $$,
  $$ values ('ann', true, '{mcp-ai}'::text[], 3600::double precision, true, 'good') $$,
  'it is its buyer''s');
select is_empty('claimed', 'once');
update ticket set hash = pg_temp.bought('second');
update work.ws_tickets set expires_at = now();
select results_eq('claimed', $$ values ('ann', true, '{mcp-ai}'::text[], 'expired') $$, 'in time');
select is_empty('claimed', 'who comes late has used it too');
update ticket set hash = pg_temp.bought('third');
update work.api_keys set revoked_at = now();
select results_eq('claimed', $$ values ('ann', true, '{mcp-ai}'::text[], 'revoked') $$,
  'while the key is good that bought it');
update ticket set hash = pg_temp.bought('fourth');
delete from work.users;
select is_empty('claimed', 'by somebody who exists');
select is_empty($$ select f.handle from work.claim_ticket(null) f $$, 'and none is nobody''s');

select * from finish();
rollback;
