begin;
select plan(5);

\ir ../three_deliveries.sql

create function pg_temp.fail(status int) returns text language sql as $$
  select monitor.record_attempts('00000000-0000-7000-a000-000000000001', jsonb_build_array(
    jsonb_build_object('id', '00000000-0000-7000-d000-000000000003', 'is_taken', false,
      'attempt', jsonb_build_object('status', status))));
  select w.status from monitor.webhooks w
$$;
update monitor.webhooks set failing_since_at = now() - interval '119 h';
select is(pg_temp.fail(500), 'active', 'for nearly five days it is tried');
update monitor.webhooks set failing_since_at = now() - interval '121 h';
select is(pg_temp.fail(500), 'disabled', 'then no more');
select is(a.severity, 'critical', 'which somebody is told') from monitor.alerts a;
select is(monitor.pause_webhook(null, '00000000-0000-7000-a000-000000000001', false) ->> 'status',
  'active', 'until it is resumed');
select is(pg_temp.fail(410), 'disabled', 'one that says that it is gone is disabled at once');

select * from finish();
rollback;
