select plan(6);

select throws_ok(format('update tide.settings set value = %L where key = %L', v.value, v.key), '23514', null, v.value)
from (values
  ('retention_hours', '1); drop table tide.events; --'),
  ('answer_hours', ''' || current_user || '''),
  ('ai_window_ms', '1e9'),
  ('partitions_ahead', '-1'),
  ('max_events_per_tick', '')) v (key, value);
select throws_ok($$select tide.watch('work.tasks; drop table work.tasks')$$, null, null, 'a table is one');

select * from finish();
