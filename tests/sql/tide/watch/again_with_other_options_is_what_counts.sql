select plan(8);

create table public.pens (id int primary key, colour text, price int);
select tide.watch('public.pens', entity => 'pen');
create temp table first_triggers as
  select t.oid from pg_trigger t where t.tgrelid = 'public.pens'::regclass;
select tide.watch('public.pens', entity => 'pen');
select set_eq($$select t.oid from pg_trigger t where t.tgrelid = 'public.pens'::regclass$$,
  $$select f.oid from first_triggers f$$, 'the same watch again touches no trigger');

select tide.watch('public.pens', entity => 'stylus', topics => array['''colour:'' || colour'],
  columns => array['colour'], history => true);
select results_eq(
  $$select w.entity, w.columns, w.history from tide.watches w where w.target = 'public.pens'::regclass::text$$,
  $$values ('stylus', '{id,colour}'::text[], true)$$, 'other options replace the former');

insert into public.pens values (1, 'red', 5);
select results_eq(
  $$select e.entity, e.topics, e.image from tide.events e where e.entity in ('pen', 'stylus')$$,
  $$values ('stylus', '{colour:red}'::text[], '{"id": 1, "colour": "red"}'::jsonb)$$,
  'an insert under the new ones, with history, and only the columns named');

delete from tide.events;
update public.pens set price = 6;
select is_empty('select from tide.events', 'a column that is not shown is no event');

update public.pens set price = 7, colour = 'blue';
select results_eq(
  $$select e.delta::text, e.image from tide.events e$$,
  $$values ('{"colour":["red", "blue"]}', '{"id": 1, "colour": "blue"}'::jsonb)$$,
  'and not in the delta either');

delete from tide.events;
delete from public.pens;
select is((select e.image from tide.events e), '{"id": 1, "colour": "blue"}',
  'nor in the last image');

create table public.ink (id int primary key);
select throws_ok($$select tide.watch('public.ink', entity => 'stylus')$$, '42710', null,
  'two tables do not share an entity');
select throws_ok($$select tide.watch('public.ink', topics => array['1/0 || ''x'''])$$, null, null,
  'a topic that fails to compile for its type is refused');

select * from finish();
