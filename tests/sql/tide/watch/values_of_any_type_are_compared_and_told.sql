select plan(10);

create type public.mood as enum ('sad', 'glad');
create type public.pair as (a int, b text);
create domain public.percent as int check (value between 0 and 100);
create table public.things (
  id int primary key,
  list int[],
  names text[],
  blob bytea,
  plain json,
  binary_json jsonb,
  lists_of_json json[],
  document xml,
  spot point,
  mood public.mood,
  pair public.pair,
  share public.percent,
  span int4range,
  doubled int generated always as (share * 2) stored,
  amount numeric
);
select tide.watch('public.things', entity => 'thing');
create temp view said as
  select e.id, e.action, e.delta::jsonb as delta from tide.events e where e.entity = 'thing';

insert into public.things (id, list, names, blob, plain, binary_json, lists_of_json, document, spot,
  mood, pair, share, span, amount)
values (1, '{1,2}', '{a,NULL}', '\x00ff', '{"a": 1}', '{"a": 1}', array['{"a": 1}'::json], '<a/>',
  '(1,2)', 'sad', '(1,x)', 10, '[1,5)', 1.0);
select is((select count(*) from said s), 1::bigint, 'a row of all of them is an event');

delete from tide.events;
update public.things set list = list, plain = plain, document = document, spot = spot, pair = pair;
select is_empty('select * from said', 'an update to the same values is none');

update public.things set list = '{1,3}', names = '{a,b}';
select is((select s.delta from said s), '{"list": [[1,2],[1,3]], "names": [["a",null],["a","b"]]}',
  'arrays');

delete from tide.events;
update public.things set blob = '\x01';
select is((select s.delta from said s), '{"blob": ["\\x00ff", "\\x01"]}', 'bytea');

delete from tide.events;
update public.things set plain = '{"a": 2}', binary_json = '{"a": 3}',
  lists_of_json = array['{"a": 4}'::json];
select is((select s.delta from said s), '{"plain": [{"a":1},{"a":2}],
  "binary_json": [{"a":1},{"a":3}], "lists_of_json": [[{"a":1}],[{"a":4}]]}', 'json of both kinds');

delete from tide.events;
update public.things set document = '<b/>', spot = '(3,4)';
select is((select s.delta from said s), '{"document": ["<a/>", "<b/>"], "spot": ["(1,2)", "(3,4)"]}',
  'types without an equality');

delete from tide.events;
update public.things set mood = 'glad', pair = '(2,y)', span = '[2,3)';
select is((select s.delta from said s), '{"mood": ["sad","glad"], "pair": [{"a":1,"b":"x"},
  {"a":2,"b":"y"}], "span": ["[1,5)","[2,3)"]}', 'enums, composites, ranges');

delete from tide.events;
update public.things set share = 20;
select is((select s.delta from said s), '{"share": [10,20], "doubled": [20,40]}',
  'a generated column changes with what it is made of');

delete from tide.events;
update public.things set amount = null, list = null;
select is((select s.delta from said s), '{"amount": [1.0,null], "list": [[1,3],null]}', 'to null');

delete from tide.events;
update public.things set amount = 1.00 where amount is null;
select is((select s.delta from said s), '{"amount": [null,1.00]}', 'and from null');

select * from finish();
