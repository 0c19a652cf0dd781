select plan(2);

select isnt((select p.epoch from tide.position() p), null, 'a new database has an epoch');
select is((select p.sequence from tide.position() p), 0::bigint, 'and stands at 0');

select * from finish();
