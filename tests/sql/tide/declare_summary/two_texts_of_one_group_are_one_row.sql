select plan(3);

create schema shop;
grant usage on schema shop to tide_owner;
create table shop.sales (id int primary key, rate numeric, shop_id int);
create table shop.by_rate (rate numeric primary key, sales bigint not null default 0,
  changed_at timestamptz);
create table shop.by_shop (shop_id int primary key, sales bigint not null default 0,
  changed_at timestamptz);
alter table shop.by_rate owner to tide_owner;
alter table shop.by_shop owner to tide_owner;
select tide.watch('shop.sales', entity => 'sale');
select tide.declare_summary('shop.by_rate', 'shop.sales', 'rate', '{"sales": "1"}');
select tide.declare_summary('shop.by_shop', 'shop.sales', 'shop_id', '{"sales": "1"}');
insert into shop.sales values (1, 1.0, 7), (2, 1.00, 7), (3, 2, 8);

-- what this transaction wrote is no part of a tick: what the tick would do with it
create function shop.fold(target regclass) returns void language plpgsql as $$
begin
  execute format('select tide._tg_summary_%1$s__fold(array(select p from tide._tg_summary_%1$s__pending() p))',
    (select s.id from tide.summaries s where s.summary = target));
end
$$;
select is((select count(*) from tide.pending_sums('shop.by_rate')), 3::bigint, '1.0 and 1.00 are two texts');
select shop.fold('shop.by_rate');
select results_eq('select rate, sales from shop.by_rate order by rate', $$values (1.0, 2::bigint), (2, 1)$$,
  'and one row, in one fold');
select shop.fold('shop.by_shop');
select shop.fold('shop.by_shop');
select results_eq('select shop_id, sales from shop.by_shop order by shop_id',
  $$values (7, 4::bigint), (8, 2)$$, 'where a value has one text, each fold adds to it');

select * from finish();
