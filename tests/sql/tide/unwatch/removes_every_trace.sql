select plan(4);

create schema shop;
create role shopkeeper;
grant usage, create on schema shop to shopkeeper;
set local role shopkeeper;
create table shop.orders (id int primary key, branch text, amount int);
create table shop.totals (branch text primary key, orders bigint not null default 0,
  changed_at timestamptz);
reset role;

create temp view traces as
  select 'trigger ' || t.tgrelid::regclass || ' ' || t.tgname as what from pg_trigger t
  union all
  select 'function ' || p.oid::regprocedure from pg_proc p where p.pronamespace = 'tide'::regnamespace
  union all
  select 'grant ' || c.oid::regclass || coalesce(c.relacl, acldefault('r', c.relowner))::text from pg_class c
    where c.relnamespace = 'shop'::regnamespace
  union all
  select 'schema ' || n.nspname || coalesce(n.nspacl, acldefault('n', n.nspowner))::text from pg_namespace n
  union all
  select 'watched ' || w.entity from tide.watched w
  union all
  select 'source ' || s.source::text from tide.summary_sources s
  union all
  select 'cascade ' || c.entity from tide.cascades c;
create temp table before as select t.what from traces t;

select tide.watch('shop.orders', entity => 'order');
select tide.declare_cascade('order', 'work.cascade');
grant select, insert, update on shop.totals to tide_owner;
select tide.declare_summary('shop.totals', 'shop.orders', 'branch', '{"orders": "1"}');
select cmp_ok((select count(*) from traces t where t.what not in (select b.what from before b)), '>',
  8::bigint, 'a watch leaves traces');
select tide.unwatch('shop.orders');
revoke all on shop.totals from tide_owner;

select bag_eq('select t.what from traces t', 'select b.what from before b',
  'unwatch leaves triggers, functions, grants and declarations as they were');
select lives_ok($$insert into shop.orders values (1, 'a', 2); update shop.orders set amount = 3;
  delete from shop.orders; truncate shop.orders$$, 'the table is written as before');
select throws_ok($$select tide.unwatch('shop.orders')$$, '42704', null, 'what is not watched is said so');

select * from finish();
