begin;
select plan(4);

\ir ../three_deliveries.sql
update monitor.deliveries set status = 'delivered', finished_at = now() - interval '100 h'
where message_id = 'm1';
update monitor.deliveries set status = 'dead', finished_at = now() - interval '100 h'
where message_id = 'm2';
insert into monitor.alerts (title, status, resolved_at)
values ('old', 'resolved', now() - interval '1 year');
select lives_ok('select monitor.maintain()', 'it is done');
select results_eq('select d.message_id from monitor.deliveries d order by 1',
  $$ values ('m2'), ('m3') $$, 'dead letters are kept for longer');
select is_empty('select from monitor.alerts', 'old alerts are not');
select ok((select count(*) >= 3 from pg_inherits i
  where i.inhparent = 'monitor.metric_minutes'::regclass), 'there are partitions for days to come');

select * from finish();
rollback;
