begin;
select plan(4);

create temporary table load (n double precision);
insert into load values (5);
grant select on load to public;
insert into monitor.rules (id, name, query, threshold)
values ('00000000-0000-7000-a000-000000000001', 'load', 'select n from pg_temp.load', 10);
alter table load rename to gone;
select is(monitor.evaluate_rule('00000000-0000-7000-a000-000000000001'), 'failing', 'it fails');
select is(a.key, 'rule:load:failing', 'which is an alert of its own') from monitor.alerts a;
alter table gone rename to load;
select is(monitor.evaluate_rule('00000000-0000-7000-a000-000000000001'), 'fine', 'once it can be run,');
select is(a.status, 'resolved', 'that is over') from monitor.alerts a;

select * from finish();
rollback;
