begin;
select plan(3);

create schema shop;
grant usage on schema shop to tide_owner;
create table shop.orders (id int primary key, shop int not null);
create table shop.totals (shop int primary key, orders bigint not null default 0, changed_at timestamptz);
alter table shop.totals owner to tide_owner;
select tide.watch('shop.orders', entity => 'order');
select tide.declare_summary('shop.totals', 'shop.orders', group_by => 'shop', measures => '{"orders": "1"}');
insert into shop.orders values (1, 1), (2, 1);

select set_config('tide.sums', '1:1: {"(1,9,{99},)"}', true);
select results_eq($$ select p.group_key, p.totals::bigint[] from tide.pending_sums('shop.totals') p $$,
  $$ values ('1', '{2}'::bigint[]) $$, 'what was kept of another snapshot is not believed');
select set_config('tide.sums', pg_current_snapshot()::text || ' {"(' || s.id || ',1,{99},)"}', true)
from tide.summaries s where s.summary = 'shop.totals'::regclass;
select results_eq($$ select p.group_key, p.totals::bigint[] from tide.pending_sums('shop.totals') p $$,
  $$ values ('1', '{99}'::bigint[]) $$, 'what was kept of this one is');
select tide.rebuild_summary('shop.totals');
select set_config('tide.sums', '', true);
select is_empty('select * from tide.verify()', 'but nothing is written by it');

select * from finish();
rollback;
