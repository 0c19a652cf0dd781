begin;
select plan(6);

\ir ../a_webhook.sql

select is_empty($$ select monitor.claim_webhooks('00000000-0000-7000-b000-000000000002') $$,
  'another node does not get it');
select isnt_empty($$ select monitor.claim_webhooks('00000000-0000-7000-b000-000000000001') $$,
  'who has it keeps it');
select throws_ok($$ select * from monitor.take_deliveries('00000000-0000-7000-a000-000000000001',
  '00000000-0000-7000-b000-000000000002') $$, '55000', null, 'and alone sends for it');
update monitor.webhook_claims set ends_at = now();
select isnt_empty($$ select monitor.claim_webhooks('00000000-0000-7000-b000-000000000002') $$,
  'when it has been silent, another takes over');
select monitor.release_webhooks('00000000-0000-7000-b000-000000000002');
select isnt_empty($$ select monitor.claim_webhooks('00000000-0000-7000-b000-000000000001') $$,
  'at once, where it said goodbye');
select monitor.pause_webhook(null, '00000000-0000-7000-a000-000000000001');
select is_empty($$ select monitor.claim_webhooks('00000000-0000-7000-b000-000000000001') $$,
  'what is paused is nobody''s');

select * from finish();
rollback;
