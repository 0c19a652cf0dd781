begin;
select plan(10);

create temporary table load (n double precision);
insert into load values (5);
grant select on load to public;
insert into monitor.rules (id, name, query, threshold, clear_threshold)
values ('00000000-0000-7000-a000-000000000001', 'load', 'select n from pg_temp.load', 10, 4);
prepare evaluate as select monitor.evaluate_rule('00000000-0000-7000-a000-000000000001');
select results_eq('evaluate', array['fine'], 'below its threshold it is fine');
update load set n = 12;
select results_eq('evaluate', array['firing'], 'above, it fires');
select is(a.title, 'load: 12, above 10', 'and says so') from monitor.alerts a;
update load set n = 6;
select results_eq('evaluate', array['firing'], 'between the two thresholds nothing changes');
select is((select a.occurrence_count from monitor.alerts a), 1, 'and nothing is raised again');
update load set n = 3;
select results_eq('evaluate', array['fine'], 'below the lower one it is well again');
select is((select a.status from monitor.alerts a), 'resolved', 'and resolved by itself');

update monitor.rules set hold_seconds = 60;
update load set n = 12;
select results_eq('evaluate', array['breached'], 'what must hold for a while does not fire at once');
update monitor.rules set state_at = now() - interval '61 s';
select results_eq('evaluate', array['firing'], 'but then');
update load set n = null;
select results_eq('evaluate', array['firing'], 'who knows nothing changes nothing');

select * from finish();
rollback;
