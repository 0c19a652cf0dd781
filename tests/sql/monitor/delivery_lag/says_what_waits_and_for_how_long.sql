begin;
select plan(2);

select results_eq($$ select l.pending, l.dead, l.events, l.seconds from monitor.delivery_lag() l $$,
  $$ values (0::bigint, 0::bigint, 0::bigint, 0::double precision) $$, 'nothing without webhooks');
\ir ../three_deliveries.sql
update monitor.deliveries set created_at = now() - interval '7 s' where number = (
  select min(d.number) from monitor.deliveries d);
update monitor.deliveries set status = 'dead', finished_at = now() where number = (
  select max(d.number) from monitor.deliveries d);
select results_eq($$ select l.pending, l.dead, l.seconds from monitor.delivery_lag() l $$,
  $$ values (2::bigint, 1::bigint, 7::double precision) $$, 'what waits, what is dead, and since when');

select * from finish();
rollback;
