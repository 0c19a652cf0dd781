begin;
select plan(4);

\ir ../three_deliveries.sql

select is(monitor.replay_webhook(null, '00000000-0000-7000-a000-000000000001',
  (tide.position()).sequence) ->> 'id', '00000000-0000-7000-a000-000000000001', 'to the present');
select throws_ok($$ select monitor.replay_webhook(null, '00000000-0000-7000-a000-000000000001',
  1000000) $$, 'TG410', null, 'not into the future');
select throws_ok($$ select monitor.replay_webhook(null, '00000000-0000-7000-a000-000000000001',
  null) $$, '22023', null, 'nor to nowhere');
select results_eq($$ select d.message_id from monitor.deliveries d where d.status = 'pending'
  and d.sequence > (tide.position()).sequence $$, $$ select ''::text where false $$,
  'what would be queued again waits no more');

select * from finish();
rollback;
