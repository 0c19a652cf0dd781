select plan(6);

create table public.sales (id int primary key) partition by range (id);
create table public.sales_low partition of public.sales for values from (0) to (10);
create table public.sales_high partition of public.sales for values from (10) to (20);
select tide.watch('public.sales', entity => 'sale');
alter table public.sales detach partition public.sales_low;

set local role tide_owner;
select lives_ok('select tide.maintain()', 'who does not own it goes on');
reset role;
select is((select p.target from tide.problems p where p.message ~ '^no partition'), 'public.sales_low',
  'and says what is to be done');
select tide.refresh_watches();
insert into public.sales_low values (1);
insert into public.sales_high values (11);
select results_eq($$select e.key from tide.events e where e.entity = 'sale'$$, $$values ('11')$$,
  'its owner takes the triggers off');
drop table public.sales;
select tide.maintain();
select is_empty($$select from tide.watched w where w.entity = 'sale'$$, 'a dropped table is forgotten');

create table public.rents (id int primary key) partition by range (id);
create table public.rents_low partition of public.rents for values from (0) to (10);
select tide.watch('public.rents', entity => 'rent');
alter table public.rents detach partition public.rents_low;
drop table public.rents;
set local role tide_owner;
select lives_ok('select tide.maintain()', 'nor does a table that left a partition behind stop it');
reset role;
select tide.refresh_watches();
select is_empty($$select from pg_trigger t where t.tgrelid = 'public.rents_low'::regclass$$, 'which is let go of');

select * from finish();
