begin;
select plan(4);

select throws_like($$ select monitor.record('No Name', 1) $$, '%metric_name_is_a_word%', 'a name');
select throws_like($$ select monitor.record('a', 1, '[1]') $$, '%metric_labels_are_an_object%',
  'labels');
select lives_ok($$ select monitor.record('a', 'NaN'), monitor.record('a', null),
  monitor.record('a', 'Infinity'), monitor.record('a', -3), monitor.record('a', 0) $$,
  'what is no number is left out');
select is(monitor.measure('a', 'sum'), -3::float8, 'what is one counts');

select * from finish();
rollback;
