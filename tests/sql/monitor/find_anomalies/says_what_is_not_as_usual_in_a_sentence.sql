begin;
select plan(5);

create function pg_temp.minutes(from_at timestamptz, minutes int, low int, high int) returns void
language sql as $$
  select monitor.record('events', low + mod(g * 37, high - low + 1), '{}',
    date_trunc('minute', from_at) + g * interval '1 min')
  from generate_series(0, minutes - 1) g
$$;
select pg_temp.minutes(date_trunc('hour', now()) - d * interval '1 day', 60, 900, 1300)
from generate_series(1, 7) d;
select pg_temp.minutes(now() - interval '63 min', 63, 900, 1300);
select is_empty('select * from monitor.find_anomalies()', 'a day like any other');
select monitor.record('events', 3100, '{}', date_trunc('minute', now()) - m * interval '1 min')
from generate_series(1, 3) m;
select matches(f.sentence, '^events/min 4,\d{3}, usually \d{3}–1,\d{3} at this hour$',
  'three times as much is told') from monitor.find_anomalies() f;
select monitor.note_anomalies();
select monitor.note_anomalies();
select is((select count(*) from monitor.anomalies a where a.ended_at is null), 1::bigint, 'once');
delete from monitor.metric_deltas d where d.minute_at > now() - interval '5 min';
select pg_temp.minutes(now() - interval '5 min', 5, 900, 1300);
update monitor.anomalies set last_seen_at = now() - interval '3 min';
select monitor.note_anomalies();
select isnt(a.ended_at, null, 'until it is over') from monitor.anomalies a;
select is(jsonb_array_length(monitor.dashboard(null, 'anomalies') -> 'ended_24h'), 1,
  'and the dashboard tells it');

select * from finish();
rollback;
