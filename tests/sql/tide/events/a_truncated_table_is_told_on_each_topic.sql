select plan(5);

create schema shop;
create table shop.items (id int primary key, shelf text);
create table shop.shelves (shelf text primary key, items bigint not null default 0,
  changed_at timestamptz);
alter table shop.shelves owner to tide_owner;
grant usage on schema shop to tide_owner;
select tide.watch('shop.items', entity => 'item', topics => array['''shelf:'' || shelf', '''item:'' || id']);
select tide.declare_summary('shop.shelves', 'shop.items', 'shelf', '{"items": "1"}');
insert into shop.items values (1, 'a'), (2, 'a'), (3, 'b');
delete from tide.events;
insert into shop.items values (4, 'a');

truncate shop.items;
select bag_eq($$select e.action, e.key, e.count, e.topics from tide.events e where e.action = 'delete'$$,
  $$values ('delete', null::text, 3, '{shelf:a}'::text[]), ('delete', null, 1, '{shelf:b}')$$,
  'one event per topic, with the count of its rows');
truncate shop.items;
select is((select count(*) from tide.events e where e.action = 'delete'), 2::bigint,
  'an empty table has nothing to tell');

create table shop.parents (id int primary key);
create table shop.children (id int primary key, parent_id int references shop.parents);
select tide.watch('shop.children', entity => 'child', topics => array['''parent:'' || parent_id']);
insert into shop.parents values (1);
insert into shop.children values (1, 1);
truncate shop.parents cascade;
select is((select e.topics from tide.events e where e.entity = 'child' and e.action = 'delete'),
  '{parent:1}', 'truncate cascade reaches watched tables');

create table shop.ancestors (id int primary key);
create table shop.heirs () inherits (shop.ancestors);
select tide.watch('shop.ancestors', entity => 'ancestor', topics => array['''all''']);
insert into shop.ancestors values (1);
insert into shop.heirs values (2);
delete from tide.events;
truncate only shop.ancestors;
select is((select e.count from tide.events e where e.entity = 'ancestor'), 1,
  'truncate only counts the rows of the table itself');
select is((select count(*) from shop.ancestors), 1::bigint, 'and leaves the heirs');

select * from finish();
