select plan(3);

create schema shop;
create role shopkeeper;
grant usage, create on schema shop to shopkeeper;
set local role shopkeeper;
create table shop.orders (id int primary key);
create table shop.lines (id int primary key);
reset role;
select tide.watch('shop.orders', entity => 'order');
select tide.watch('shop.lines', entity => 'line');

select tide.unwatch('shop.orders');
select ok(has_schema_privilege('tide_owner', 'shop', 'usage'), 'the schema, while one of its tables is watched');
insert into shop.lines values (1);
select is((select count(*) from tide._records('line', '{1}', 1) r), 1::bigint, 'whose rows are read');

select tide.unwatch('shop.lines');
select ok(not has_schema_privilege('tide_owner', 'shop', 'usage'), 'and not after the last');

select * from finish();
