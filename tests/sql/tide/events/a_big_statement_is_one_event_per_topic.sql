select plan(11);

create schema shop;
create table shop.items (id int primary key, shelf text, price int);
create table shop.shelves (shelf text primary key, items bigint not null default 0,
  worth bigint not null default 0, changed_at timestamptz);
alter table shop.shelves owner to tide_owner;
grant usage on schema shop to tide_owner;
select tide.watch('shop.items', entity => 'item', coalesce_above => 10,
  topics => array['''shelf:'' || shelf', '''item:'' || id']);
select tide.declare_summary('shop.shelves', 'shop.items', 'shelf', '{"items": "1", "worth": "price"}');
-- what was said before would be missing from the sums if it were deleted
create temp table heard as select 0::bigint as id;
create temp view said as
  select e.id, e.action, e.key, e.count, e.topics from tide.events e, heard h
  where e.entity = 'item' and e.id > h.id;

insert into shop.items select i, 'a', 1 from generate_series(1, 10) i;
select is((select count(*) from said s where s.key is not null and s.count = 1), 10::bigint,
  'up to the limit every row is told');

update heard set id = (select max(e.id) from tide.events e);
insert into shop.items select i, case when i % 4 = 0 then 'b' else 'c' end, 2 from generate_series(11, 40) i;
select bag_eq($$select s.action, s.key, s.count, s.topics from said s$$,
  $$values ('create', null::text, 8, '{shelf:b}'::text[]), ('create', null, 22, '{shelf:c}')$$,
  'above it one event per topic, without the topic of each row');
select is_empty($$select from tide.verify() v where v.summary = 'shop.shelves'$$, 'the sums are exact');

update heard set id = (select max(e.id) from tide.events e);
update shop.items set price = price + 1 where shelf = 'c' and id <> 11;
select results_eq($$select s.action, s.count, s.topics from said s$$,
  $$values ('update', 21, '{shelf:c}'::text[])$$, 'an update');
select is_empty($$select from tide.verify() v where v.summary = 'shop.shelves'$$, 'the sums are exact');

update heard set id = (select max(e.id) from tide.events e);
update shop.items set shelf = 'd' where shelf in ('b', 'c');
select bag_eq($$select s.action, s.count, s.topics from said s$$,
  $$values ('update', 8, '{shelf:d,shelf:b}'::text[]), ('update', 22, '{shelf:d,shelf:c}')$$,
  'moved rows are told on both topics');
select is_empty($$select from tide.verify() v where v.summary = 'shop.shelves'$$, 'the sums are exact');

update heard set id = (select max(e.id) from tide.events e);
delete from shop.items where id > 5;
select bag_eq($$select s.action, s.count, s.topics from said s$$,
  $$values ('delete', 30, '{shelf:d}'::text[]), ('delete', 5, '{shelf:a}')$$, 'a delete');
select is_empty($$select from tide.verify() v where v.summary = 'shop.shelves'$$, 'the sums are exact');

update heard set id = (select max(e.id) from tide.events e);
update shop.items set price = price where id > 0;
insert into shop.items select i, 'z', 1 from generate_series(100, 140) i;
update shop.items set price = price;
select is((select count(*) from said s where s.action = 'update'), 0::bigint,
  'a big update that changes nothing is no event');

update heard set id = (select max(e.id) from tide.events e);
update shop.items set price = price + case when id in (100, 101) then 1 else 0 end;
select bag_eq($$select s.action, s.key, s.topics from said s$$,
  $$values ('update', '100', '{shelf:z,item:100}'::text[]), ('update', '101', '{shelf:z,item:101}')$$,
  'a big update that changes few rows tells each of them');

select * from finish();
