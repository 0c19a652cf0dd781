select plan(8);

create schema shop;
create table shop.lines (
  order_id int, no text, article text not null, primary key (order_id, no)
);
select tide.watch('shop.lines', entity => 'line');
create temp view said as
  select e.id, e.action, e.key, e.topics, e.delta::text as delta, e.image
  from tide.events e where e.entity = 'line';

insert into shop.lines values (1, 'a"b', 'pen');
select is((select s.key from said s), '["1","a\"b"]', 'both columns, in the order of the key');
select is((select s.topics from said s), '{table:shop.lines,"line:[\"1\",\"a\\\"b\"]"}',
  'default topics are the table and the row');

update shop.lines set article = 'ink';
select results_eq(
  $$select s.action, s.delta from said s order by s.id desc limit 1$$,
  $$values ('update', '{"article":["pen", "ink"]}')$$, 'an update tells what changed');

update shop.lines set no = 'c';
select bag_eq(
  $$select s.action, s.key from said s where s.action <> 'update' and s.id > (select min(f.id) from said f)$$,
  $$values ('delete', '["1","a\"b"]'), ('create', '["1","c"]')$$, 'a changed key is a delete and a create');

delete from shop.lines;
select results_eq(
  $$select s.action, s.key, s.image ->> 'article' from said s order by s.id desc limit 1$$,
  $$values ('delete', '["1","c"]', 'ink')$$, 'a delete carries the last image');

insert into shop.lines values (2, 'x', 'cup'), (2, 'y', 'mug'), (3, 'x', 'jug');
select results_eq(
  $$select r.key, r.record ->> 'article' from tide._records('line',
    array['["2","y"]', '["3","x"]', '["4","x"]'], 1) r order by 1$$,
  $$values ('["2","y"]', 'mug'), ('["3","x"]', 'jug')$$, 'rows are found by their key');

select tide.watch('shop.lines', entity => 'line', key => array['no', 'order_id']);
insert into shop.lines values (9, 'z', 'hat');
select is((select s.key from said s order by s.id desc limit 1), '["z","9"]',
  'a key may be named, and has the order it was named in');
select is((tide.cascade('line', '["z","9"]')),
  '{"branches": [], "tasks": [], "projects": [], "subtasks": [], "contexts": []}',
  'no cascade: five empty arrays');

select * from finish();
