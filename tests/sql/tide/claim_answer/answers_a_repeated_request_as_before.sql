begin;
select plan(7);

select is(tide.claim_answer('ann', 'k', 'one'), null, 'a new request has no answer');
select tide.keep_answer('ann', 'k', '{"id": 1}');
select is(tide.claim_answer('ann', 'k', 'one'), '{"id": 1}', 'a repeated one has that of before');
select is(tide.claim_answer('ben', 'k', 'one'), null, 'another caller''s key is another');
select throws_ok($$ select tide.claim_answer('ann', 'k', 'two') $$, 'TG422', null,
  'a key stands for one request');

update tide.answers a set at = now() - interval '25 hours' where a.caller = 'ann';
select is(tide.claim_answer('ann', 'k', 'two'), null, 'an old one is forgotten');
update tide.answers a set at = now() - interval '25 hours' where a.caller = 'ann';
select count(*) from tide.maintain();
select is((select array_agg(a.caller) from tide.answers a), array['ben'], 'and cleared away');

set local role tide_writer;
select throws_ok($$ select tide.claim_answer('ben', 'k', 'one') $$, '42501', null,
  'an application reads nobody''s answers');
reset role;

select * from finish();
rollback;
