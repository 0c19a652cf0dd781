select plan(12);

create table public.things (id int primary key, name text);
create view public.views_of_things as select t.id from public.things t;
create materialized view public.stored_things as select t.id from public.things t;
create temp table passing (id int primary key);
create table public.parts (id int primary key) partition by range (id);
create table public.parts_low partition of public.parts for values from (0) to (10);

select throws_ok($$select tide.watch('public.nothing')$$, '42P01', null, 'no such table');
select throws_ok($$select tide.watch(null)$$, '42P01', null, 'null');
select throws_ok($$select tide.watch('public.views_of_things')$$, '42809', 'public.views_of_things is not a table', 'a view');
select throws_ok($$select tide.watch('public.stored_things')$$, '42809', null, 'a materialized view');
select throws_ok($$select tide.watch('passing')$$, '42809', null, 'a temporary table');
select throws_ok($$select tide.watch('tide.events')$$, '42809', null, 'the log itself');
select throws_ok($$select tide.watch('pg_catalog.pg_class')$$, '42809', null, 'a catalogue');
select throws_ok($$select tide.watch('public.parts_low')$$, '42809', null, 'a partition');
select throws_ok($$select tide.watch('public.things', topics => array['''a:'' || nam'])$$, '42703', null,
  'a topic that does not compile');
select throws_ok($$select tide.watch('public.things', key => array['idd'])$$, '42703', null,
  'a key column that is not there');
select throws_ok($$select tide.watch('public.things', columns => array['id', 'nam'])$$, '42703', null,
  'a column that is not there');
select is_empty($$select from tide.watched w where w.target = 'public.things'::regclass$$,
  'and what is refused leaves nothing');

select * from finish();
