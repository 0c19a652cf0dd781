select plan(13);

create schema shop;
create table shop.sales (id int, region text, amount int, primary key (id, region))
  partition by list (region);
create table shop.sales_north partition of shop.sales for values in ('north');
create table shop.sales_south partition of shop.sales for values in ('south')
  partition by range (id);
create table shop.sales_south_low partition of shop.sales_south for values from (0) to (100);
create table shop.sales_south_high (amount int, region text not null, id int not null,
  primary key (id, region));
alter table shop.sales_south attach partition shop.sales_south_high for values from (100) to (200);
select tide.watch('shop.sales', entity => 'sale', topics => array['''region:'' || region']);
create temp view said as
  select e.id, e.action, e.key, e.topics, e.delta::text as delta, e.count
  from tide.events e where e.entity = 'sale';

insert into shop.sales values (1, 'north', 5), (2, 'south', 6), (102, 'south', 7);
select bag_eq($$select s.action, s.key, s.topics from said s$$,
  $$values ('create', '["1","north"]', '{region:north}'::text[]),
    ('create', '["2","south"]', '{region:south}'), ('create', '["102","south"]', '{region:south}')$$,
  'rows written to the table');

delete from tide.events;
insert into shop.sales_north values (3, 'north', 8);
insert into shop.sales_south_high (id, region, amount) values (103, 'south', 9);
insert into shop.sales_south values (4, 'south', 10);
select bag_eq($$select s.action, s.key from said s$$,
  $$values ('create', '["3","north"]'), ('create', '["103","south"]'), ('create', '["4","south"]')$$,
  'rows written straight to a partition, a partition of a partition, a partition with other columns');

delete from tide.events;
update shop.sales_south_high set amount = 11 where id = 103;
select is((select s.delta from said s), '{"amount":[9, 11]}', 'an update straight to a partition');

delete from tide.events;
update shop.sales set region = 'south' where id = 1;
select bag_eq($$select s.action, s.key from said s$$,
  $$values ('delete', '["1","north"]'), ('create', '["1","south"]')$$,
  'a row that moves to another partition, by its key');

delete from tide.events;
delete from shop.sales_south where id = 4;
select results_eq($$select s.action, s.key from said s$$, $$values ('delete', '["4","south"]')$$,
  'a delete straight from a partition');

delete from tide.events;
truncate shop.sales_north;
select results_eq($$select s.action, s.key, s.topics, s.count from said s$$,
  $$values ('delete', null::text, '{region:north}'::text[], 1)$$,
  'a partition that is truncated tells its own rows');

delete from tide.events;
insert into shop.sales values (5, 'north', 5);
delete from tide.events;
truncate shop.sales;
select results_eq($$select s.topics, sum(s.count) from said s group by 1 order by 1$$,
  $$values ('{region:north}'::text[], 1::bigint), ('{region:south}', 4)$$,
  'a table that is truncated tells each row once');

create table shop.sales_east partition of shop.sales for values in ('east');
create table shop.sales_west partition of shop.sales for values in ('west');
alter table shop.sales_west owner to tide_owner;
select results_eq($$select m.what from tide.maintain() m where m.what ~ 'watches'$$,
  $$values ('watches shop.sales_west')$$, 'maintain hears of a new partition of its own');
select results_eq($$select p.target from tide.problems p where p.message ~ 'tide.refresh_watches'$$,
  $$values ('shop.sales_east')$$, 'and names that of another owner, without giving up');
delete from tide.events;
insert into shop.sales_east values (6, 'east', 1);
insert into shop.sales_west values (7, 'west', 1);
insert into shop.sales values (8, 'east', 1);
select bag_eq($$select s.key from said s$$, $$values ('["7","west"]'), ('["8","east"]')$$,
  'whose rows are told when they come through the table, until');
select tide.refresh_watches();
delete from tide.events;
insert into shop.sales_east values (9, 'east', 1);
select results_eq($$select s.key from said s$$, $$values ('["9","east"]')$$,
  'its owner refreshes the watches');
select is_empty($$select from tide.maintain() m where m.what ~ 'watches'$$,
  'then there is nothing left to find');

select tide.unwatch('shop.sales');
select is((select count(*) from pg_trigger t where t.tgname like '\_700\_event%'
  and t.tgrelid::regclass::text like 'shop.%'), 0::bigint, 'unwatch leaves no partition out');

select * from finish();
