select plan(6);

create schema shop;
create table shop.orders (id int primary key, shelf text);
select tide.watch('shop.orders', entity => 'order');
create role clerk;
grant usage on schema shop to clerk;
grant all on shop.orders to clerk;
revoke all on schema tide from public;

set local role clerk;
select lives_ok($$insert into shop.orders values (1, 'a'), (2, 'b')$$, 'insert');
select lives_ok($$update shop.orders set shelf = 'c'$$, 'update');
select lives_ok($$delete from shop.orders where id = 1$$, 'delete');
select lives_ok($$truncate shop.orders$$, 'truncate');
select lives_ok('set constraints all immediate', 'the doorbell');
reset role;
select is((select array_agg(e.action order by e.id) from tide.events e where e.entity = 'order'),
  '{create,create,update,update,delete,delete}', 'and all of it is told');

select * from finish();
