begin;
select plan(7);

\ir ../a_person_with_a_key.sql

prepare found as
select f.handle, f.is_admin, f.sources, f.standing
from made m, work.find_key(sha256(convert_to(m.told ->> 'key', 'UTF8'))) f;

select results_eq('found', $$ values ('ann', false, '{user}'::text[], 'good') $$, 'by what was shown');
select results_eq($$ select f.handle, f.seconds_left from made m,
  work.find_key(null, (m.told ->> 'id')::uuid) f $$, $$ values ('ann', null::double precision) $$,
  'by its id, to ask again');
select is_empty($$ select f.handle from made m,
  work.find_key(sha256(convert_to((m.told ->> 'key') || '0', 'UTF8'))) f $$, 'another is nobody''s');
select is_empty($$ select f.handle from work.find_key(null) f $$, 'and so is none');
update work.api_keys set role = 'admin', sources = '{mcp-ai,user}';
select results_eq('found', $$ values ('ann', true, '{mcp-ai,user}'::text[], 'good') $$,
  'what it may is what its row says now');
update work.api_keys set created_at = now() - interval '2 s', expires_at = now();
select results_eq('found', $$ values ('ann', true, '{mcp-ai,user}'::text[], 'expired') $$, 'expired');
update work.api_keys set revoked_at = now();
select results_eq('found', $$ values ('ann', true, '{mcp-ai,user}'::text[], 'revoked') $$, 'revoked');

select * from finish();
rollback;
