select plan(3);

select tide.record_health('node', 0, 0, null);
select throws_ok($$select tide.record_health('node', 1, 2, null)$$, '23514', null, 'failures are among the requests');
insert into tide.health_samples (node, at, requests, errors) values ('node', now() - interval '8 days', 1, 0);
select count(*) from tide.maintain();
select is((select count(*) from tide.health_samples), 1::bigint, 'not longer');
create role app in role tide_writer;
set local role app;
select throws_ok($$select tide.record_health('node', 1, 0, null)$$, '42501', null, 'and no application says so');
reset role;

select * from finish();
