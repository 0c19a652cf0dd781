begin;
select plan(5);

insert into monitor.alerts (id, title, severity) values
  ('00000000-0000-7000-a000-000000000001', 'one', 'info'),
  ('00000000-0000-7000-a000-000000000002', 'two', 'critical'),
  ('00000000-0000-7000-a000-000000000003', 'three', 'critical');
select monitor.resolve_alert(null, '00000000-0000-7000-a000-000000000003');
select is(l.items #>> '{0,title}', 'two', 'the newest that is not resolved')
from monitor.list_alerts(null, '{}', null, 1) l;
select is(m.items #>> '{0,title}', 'one', 'and the next on the next page')
from monitor.list_alerts(null, '{}', null, 1) l
cross join lateral monitor.list_alerts(null, '{}', l.next_id, 1) m;
select is(jsonb_array_length(l.items), 2, 'by severity, resolved or not')
from monitor.list_alerts(null,
  '{"severity": ["critical"], "status": ["open", "resolved"]}') l;
select is(monitor.alert_summary(null) #>> '{by_severity,critical}', '1', 'and how many there are');
select throws_ok($$ select * from monitor.list_alerts(gen_random_uuid()) $$, '42501', null,
  'for administrators');

select * from finish();
rollback;
