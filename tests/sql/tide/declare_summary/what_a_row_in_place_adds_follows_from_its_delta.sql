begin;
select plan(7);

create schema shop;
grant usage on schema shop to tide_owner;
create table shop.orders (id int primary key, shop int not null, state text, amount int, note text);
create table shop.plain_totals (shop int primary key, orders bigint not null default 0,
  paid bigint not null default 0, unknown bigint not null default 0, amount bigint not null default 0,
  changed_at timestamptz);
create table shop.fancy_totals (shop int primary key, rich bigint not null default 0,
  letters bigint not null default 0, changed_at timestamptz);
alter table shop.plain_totals owner to tide_owner;
alter table shop.fancy_totals owner to tide_owner;
select tide.watch('shop.orders', entity => 'order');
select tide.declare_summary('shop.plain_totals', 'shop.orders', group_by => 'shop', measures => '{
  "orders": "1", "paid": "state = ''paid''", "unknown": "state is null", "amount": "amount"}');
select tide.declare_summary('shop.fancy_totals', 'shop.orders', group_by => 'shop', measures => '{
  "rich": "state = ''paid'' and amount > 10", "letters": "length(note)"}');

select results_eq(
  'select y.summary::text, tide._delta_columns(s) from tide.summary_sources s
   join tide.summaries y on y.id = s.summary_id where s.source = ''shop.orders''::regclass order by 1 desc',
  $$ values ('shop.plain_totals', '{amount,state}'::text[]), ('shop.fancy_totals', null) $$,
  'measures of one column each do; one of two columns and one with a call are told by the writer');

insert into shop.orders values (1, 1, 'new', 5, 'a'), (2, 1, null, null, null);
update shop.orders set state = 'paid', amount = 20, note = 'abc' where id = 1;
update shop.orders set state = null where id = 1;
update shop.orders set state = 'paid', amount = 7 where id = 2;
update shop.orders set note = 'only a note' where id = 2;
select is_empty('select * from tide.verify()', 'single rows, from and to null');
select results_eq($$ select p.totals::bigint[] from tide.pending_sums('shop.plain_totals') p $$,
  $$ values ('{2,1,1,27}'::bigint[]) $$, 'with these sums');
update shop.orders set amount = amount + 1;
update shop.orders set shop = 2 where id = 2;
delete from shop.orders where id = 1;
select is_empty('select * from tide.verify()', 'several rows, a move and a delete');

update shop.orders set state = 'new', amount = 1 where id = 2;
select tide.declare_summary('shop.plain_totals', 'shop.orders', group_by => 'shop',
  measures => '{"orders": "1", "paid": "amount > 0", "unknown": "amount is null", "amount": "id"}');
select is_empty('select * from tide.verify()', 'other measures for what was pending');
update shop.orders set amount = null where id = 2;
select is_empty('select * from tide.verify()', 'and for what comes');
select is((select s.source from unnest((select e.sums from tide.events e where e.entity = 'order'
    order by e.id desc limit 1)) s where s.totals is null limit 1),
  (select s.id from tide.summary_sources s where tide._delta_columns(s) = '{amount}' or
    'amount' = any (tide._delta_columns(s)) limit 1), 'each told for the measures of its time');

select * from finish();
rollback;
