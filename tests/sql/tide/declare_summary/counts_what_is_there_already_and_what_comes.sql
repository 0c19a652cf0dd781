select plan(9);

create schema shop;
grant usage on schema shop to tide_owner;
create table shop.orders (id int primary key, shop_id int, amount int, paid boolean);
create table shop.refunds (id int primary key, shop_id int, amount int);
create table shop.totals (shop_id int primary key, orders bigint not null default 0,
  paid bigint not null default 0, amount bigint not null default 0,
  refunds bigint not null default 0, changed_at timestamptz);
alter table shop.totals owner to tide_owner;
insert into shop.orders select i, i % 3, i, i % 2 = 0 from generate_series(1, 20) i;
select tide.watch('shop.orders', entity => 'order');
select tide.watch('shop.refunds', entity => 'refund');

select tide.declare_summary('shop.totals', 'shop.orders', 'shop_id',
  '{"orders": "1", "paid": "paid::int", "amount": "amount"}');
select is((select sum(t.orders) from shop.totals t), 20::numeric, 'rows that were there are counted');
select tide.declare_summary('shop.totals', 'shop.refunds', 'shop_id', '{"refunds": "amount"}');

insert into shop.orders values (100, 1, 7, null), (101, null, 7, true), (102, 9, null, true);
insert into shop.refunds values (1, 1, 5);
select results_eq(
  $$select p.group_key, p.totals from tide.pending_sums('shop.totals') p order by 1$$,
  $$values ('1', '{1,0,7,5}'::numeric[]), ('9', '{1,1,0,0}')$$,
  'pending: nulls count nothing, a null group is no group');

update shop.orders set shop_id = 2, amount = 8 where id = 100;
select results_eq(
  $$select p.group_key, p.totals from tide.pending_sums('shop.totals') p order by 1$$,
  $$values ('1', '{0,0,0,5}'::numeric[]), ('2', '{1,0,8,0}'), ('9', '{1,1,0,0}')$$,
  'a row that moves leaves one group for the other');

update shop.orders set shop_id = null where id = 100;
delete from shop.orders where id = 102;
update shop.orders set shop_id = 9 where id = 101;
select is_empty('select * from tide.verify()', 'to no group, from no group');

select throws_ok($$select tide.declare_summary('shop.totals', 'shop.orders', 'shop_id', '{"ordres": "1"}')$$,
  '42703', null, 'a measure must be a column of the summary');
select throws_ok($$select tide.declare_summary('shop.totals', 'shop.orders', 'shop_idd', '{"orders": "1"}')$$,
  '42703', null, 'a group must compile');
select throws_ok($$select tide.declare_summary('shop.totals', 'shop.totals', 'shop_id', '{"orders": "1"}')$$,
  '42704', null, 'a source must be watched');

select tide.declare_summary('shop.totals', 'shop.orders', 'shop_id', '{"orders": "2", "paid": "0"}');
select is_empty('select * from tide.verify()', 'declared anew, it is counted anew');
truncate shop.orders;
select is_empty('select * from tide.verify()', 'truncate counts down');

select * from finish();
