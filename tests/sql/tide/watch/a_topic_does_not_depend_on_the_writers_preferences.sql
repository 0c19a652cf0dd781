select plan(3);

create schema shop;
create table shop.visits (id int primary key, day date);
create table shop.day_totals (
  day date primary key, visits bigint not null default 0, changed_at timestamptz);
grant usage on schema shop to tide_owner;
grant all on shop.visits, shop.day_totals to tide_owner;
select tide.watch('shop.visits', entity => 'visit', topics => array['''day:'' || day']);
select tide.declare_summary('shop.day_totals', 'shop.visits', 'day', '{"visits": "1"}');

set local datestyle = 'German';
insert into shop.visits values (1, '2026-11-05'), (2, '2026-11-21');
set local datestyle = 'ISO, MDY';
insert into shop.visits values (3, '2026-11-05');
select results_eq('select e.topics from tide.events e where e.entity = ''visit'' order by e.id',
  $$values ('{day:2026-11-05}'::text[]), ('{day:2026-11-21}'), ('{day:2026-11-05}')$$,
  'a date in a topic');
select results_eq(
  'select p.group_key, p.totals from tide.pending_sums(''shop.day_totals'') p order by 1',
  $$values ('2026-11-05', '{2}'::numeric[]), ('2026-11-21', '{1}')$$, 'or a group');

create table shop.parts (id int primary key, code text);
select tide.watch('shop.parts', entity => 'part',
  topics => array['''part:'' || regexp_replace(code, ''\d+'', '''')']);
set local standard_conforming_strings = off;
insert into shop.parts values (1, 'ab12');
set local standard_conforming_strings = on;
select is((select e.topics from tide.events e where e.entity = 'part'), '{part:ab}',
  'or a backslash in an expression');

select * from finish();
