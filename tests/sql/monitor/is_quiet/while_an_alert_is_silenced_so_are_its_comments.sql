begin;
select plan(7);

insert into monitor.alerts (id, title) values
  ('00000000-0000-7000-a000-000000000001', 'disk full'),
  ('00000000-0000-7000-a000-000000000002', 'disk slow');
select is(monitor.is_quiet('alert', '00000000-0000-7000-a000-000000000001'), false, 'at first it is told');
select monitor.silence_alert(null, '00000000-0000-7000-a000-000000000001', 60);
select monitor.comment_alert(null, a.id, 'a full log') from monitor.alerts a;
select is(monitor.is_quiet('alert', '00000000-0000-7000-a000-000000000001'), true, 'silenced it is not');
select set_eq(
  $$ select a.title, monitor.is_quiet('alert_comment', c.id::text)
    from monitor.alert_comments c join monitor.alerts a on a.id = c.alert_id $$,
  $$ values ('disk full', true), ('disk slow', false) $$,
  'nor is what is said about it');
select is(monitor.end_silences(), 0, 'a silence that lasts is not ended');
update monitor.alerts set silence_ends_at = now() - interval '1 s' where title = 'disk full';
select is(monitor.is_quiet('alert', '00000000-0000-7000-a000-000000000001'), false, 'when it is over, it is told');
select is(monitor.end_silences(), 1, 'its end is a change of the row');
select is((select count(*) from monitor.alerts a where a.silence_ends_at is not null), 0::bigint, 'once');

select * from finish();
rollback;
