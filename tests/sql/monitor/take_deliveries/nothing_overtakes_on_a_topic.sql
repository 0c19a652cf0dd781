begin;
select plan(3);

\ir ../three_deliveries.sql

prepare taken as
select t.message_id from monitor.take_deliveries('00000000-0000-7000-a000-000000000001',
  '00000000-0000-7000-b000-000000000001') t;
select results_eq('taken', $$ values ('m1'), ('m2'), ('m3') $$, 'all of it, in order');
select monitor.record_attempts('00000000-0000-7000-a000-000000000001',
  '[{"id": "00000000-0000-7000-d000-000000000001", "is_taken": false, "attempt": {"status": 500}}]');
select results_eq('taken', $$ values ('m3') $$, 'what failed holds up its topic alone');
update monitor.deliveries set next_attempt_at = now();
select results_eq('taken', $$ values ('m1'), ('m2'), ('m3') $$, 'until its time has come');

select * from finish();
rollback;
