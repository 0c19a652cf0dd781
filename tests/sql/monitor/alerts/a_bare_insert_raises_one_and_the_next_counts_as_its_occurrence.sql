begin;
select plan(6);

set local role tide_writer;
insert into monitor.alerts (title) values ('disk full');
insert into monitor.alerts (title, severity, detail) values ('disk full', 'critical', '{"free": 0}');
insert into monitor.alerts (title, severity) values ('disk full', 'info');
reset role;
select results_eq(
  $$ select a.key, a.occurrence_count, a.severity, a.status from monitor.alerts a $$,
  $$ values ('disk full', 3, 'critical', 'open') $$,
  'one alert of one matter, with the highest severity of its occurrences');
select is((select a.detail from monitor.alerts a), '{}', 'and the newest words');

update monitor.alerts set status = 'resolved', resolved_at = now();
insert into monitor.alerts (title) values ('disk full');
select is((select count(*) from monitor.alerts), 2::bigint, 'after it is resolved, it is another one');

select throws_like($$ insert into monitor.alerts (title) values (' ') $$, '%alert_title_is_not_blank%',
  'one without words is refused');
select throws_like($$ insert into monitor.alerts (title, severity) values ('x', 'bad') $$,
  '%alert_severity_is_known%', 'one of an unknown severity too');
select throws_ok($$ insert into monitor.alerts (severity) values ('info') $$, '23502', null,
  'and one without a title');

select * from finish();
rollback;
