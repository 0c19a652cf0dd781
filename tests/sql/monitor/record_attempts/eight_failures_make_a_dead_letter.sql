begin;
select plan(9);

\ir ../three_deliveries.sql

create function pg_temp.fail(retry_after int default null) returns numeric language sql as $$
  select monitor.record_attempts('00000000-0000-7000-a000-000000000001', jsonb_build_array(
    jsonb_build_object('id', '00000000-0000-7000-d000-000000000001', 'is_taken', false,
      'retry_after', retry_after, 'attempt', jsonb_build_object('status', 500))));
  select extract(epoch from d.next_attempt_at - now()) from monitor.deliveries d where d.message_id = 'm1'
$$;
select ok(f.s between 4.5 and 5.5, 'again after 5 seconds,') from pg_temp.fail() f (s);
select isnt(w.failing_since_at, null, 'and the webhook is failing') from monitor.webhooks w;
select ok(f.s between 270 and 330, 'then 5 minutes,') from pg_temp.fail() f (s);
select is(pg_temp.fail(7200), 7200::numeric, 'later where the endpoint asks for it');
select cmp_ok(pg_temp.fail(), '>', 6400::numeric, 'then 2 hours');
select pg_temp.fail() from generate_series(5, 7);
select is(d.status, 'pending', 'seven times') from monitor.deliveries d where d.message_id = 'm1';
select pg_temp.fail();
select results_eq($$ select d.status, jsonb_array_length(d.attempts), d.body
  from monitor.deliveries d where d.message_id = 'm1' $$, $$ values ('dead', 8, '{}') $$,
  'the eighth was the last: dead, with every attempt and the whole body');
select is(monitor.redeliver(null, '00000000-0000-7000-a000-000000000001') ->> 'queued', '1',
  'until somebody has it sent again');
select monitor.record_attempts('00000000-0000-7000-a000-000000000001',
  '[{"id": "00000000-0000-7000-d000-000000000001", "is_taken": true, "attempt": {"status": 204}}]');
select is(w.failing_since_at, null, 'what is taken makes the webhook well')
from monitor.webhooks w;

select * from finish();
rollback;
