begin;
select plan(8);

\ir ../three_deliveries.sql
select monitor.record('commit_to_send', 3);
select monitor.record('events', 60);
insert into monitor.alerts (title) values ('disk full');

select throws_ok($$ select monitor.dashboard(gen_random_uuid()) $$, '42501', null,
  'not for everybody');
select is(monitor.dashboard(null, 'overview') #>> '{alerts,open}', '1', 'what an operator asks first');
select is(monitor.dashboard(null, 'webhooks') #>> '{webhooks,0,pending}', '3', 'how webhooks do');
select is(monitor.dashboard(null, 'performance') #>> '{now,commit_to_send,p99}', '3.000',
  'how fast it is');
select is(monitor.dashboard(null) #>> '{performance,now,events,per_second}', '0.200', 'all in one');
select ok(monitor.dashboard(null) ? 'asOf' and monitor.dashboard(null, 'anomalies') ? 'asOf',
  'as of a sequence');
insert into monitor.alerts (title) values ('disk fuller');
select is(monitor.dashboard(null, 'overview') #>> '{alerts,open}', '2', 'as it is now');
set local role tide_service;
select is(monitor.dashboard(null) #>> '{overview,webhooks,active}', '1', 'the service may ask for it');
reset role;

select * from finish();
rollback;
