begin;
select plan(7);

insert into monitor.alerts (id, title)
values ('00000000-0000-7000-a000-000000000001', 'disk full');
select tide.act_as('user', 'ann');
select is(monitor.acknowledge_alert(null, '00000000-0000-7000-a000-000000000001') ->> 'status',
  'acknowledged', 'it is acknowledged');
select tide.act_as('user', 'ben');
select is(monitor.acknowledge_alert(null, '00000000-0000-7000-a000-000000000001')
  ->> 'acknowledged_by', 'ann', 'by who was first');
select is(monitor.resolve_alert(null, '00000000-0000-7000-a000-000000000001') ->> 'resolved_by',
  'ben', 'and resolved by another');
select throws_like(
  $$ select monitor.acknowledge_alert(null, '00000000-0000-7000-a000-000000000001') $$,
  'the alert is resolved', 'then it is over');
select throws_ok($$ select monitor.resolve_alert(null, gen_random_uuid()) $$, 'P0002', null,
  'one that there is not is not found');
select is(monitor.comment_alert(null, '00000000-0000-7000-a000-000000000001', 'a full log')
  ->> 'author', 'ben', 'what is said later is kept too');
select throws_ok($$ select monitor.acknowledge_alert(gen_random_uuid(),
  '00000000-0000-7000-a000-000000000001') $$, '42501', null, 'only administrators may');

select * from finish();
rollback;
