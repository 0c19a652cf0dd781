begin;
select plan(8);

set local role tide_writer;
select monitor.record_all((
  select jsonb_agg(jsonb_build_object('name', 'wait', 'value', g, 'labels', '{"at": "door"}'::jsonb))
  from generate_series(1, 1000) g));
select monitor.record('wait', 5000);
reset role;
prepare told as
select monitor.measure('wait', 'count'), monitor.measure('wait', 'max'),
  monitor.measure('wait', 'count', labels => '{"at": "door"}'),
  round(monitor.measure('wait', 'avg', labels => '{"at": "door"}')::numeric, 1);
select results_eq('told', $$ values (1001::float8, 5000::float8, 1000::float8, 500.5) $$,
  'at once');
select ok(abs(monitor.measure('wait', 'p50', labels => '{"at": "door"}') / 500 - 1) < 0.06,
  'the median to within a twentieth');
select ok(abs(monitor.measure('wait', 'p99', labels => '{"at": "door"}') / 990 - 1) < 0.06,
  'and the 99th percentile');
select ok((select count(*) < 120 from monitor.metric_deltas), 'few rows for many numbers');
select monitor.fold_metrics();
select is_empty('select from monitor.metric_deltas', 'folded, nothing is left over');
select results_eq('told', $$ values (1001::float8, 5000::float8, 1000::float8, 500.5) $$,
  'and it is told alike');
select monitor.record('wait', 1);
select monitor.fold_metrics();
select is(monitor.measure('wait', 'count'), 1002::float8, 'more is added to what is there');
select is((select sum(h.count) from monitor.hour_rollups h), 1002::numeric, 'by hour as well');

select * from finish();
rollback;
