begin;
select plan(4);

insert into monitor.alerts (id, title)
values ('00000000-0000-7000-a000-000000000001', 'disk full');
select ok((monitor.silence_alert(null, '00000000-0000-7000-a000-000000000001', 60)
  ->> 'silence_ends_at')::timestamptz > now(), 'it is quiet for a while');
select monitor.resolve_alert(null, '00000000-0000-7000-a000-000000000001');
insert into monitor.alerts (title) values ('disk full');
select ok((select a.silence_ends_at > now() from monitor.alerts a where a.status = 'open'),
  'and so is the next of its key');
select is(monitor.silence_alert(null, a.id, 0) -> 'silence_ends_at', 'null', 'until that is ended')
from monitor.alerts a where a.status = 'open';
select throws_like($$ select monitor.silence_alert(null, a.id, -1) from monitor.alerts a $$,
  'a silence lasts%', 'it does not last less than nothing');

select * from finish();
rollback;
