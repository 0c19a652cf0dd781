select plan(5);

create table public.orders (id int primary key, title text, owner text, amount int, secret text);
create table public.totals (owner text primary key, amount bigint not null default 0, changed_at timestamptz);
grant select, insert, update on public.totals to tide_owner;
select tide.watch('public.orders', entity => 'order', columns => '{title}', topics => array['''owner:'' || owner']);
select tide.declare_summary('public.totals', 'public.orders', 'owner', '{"amount": "amount"}');
insert into public.orders values (1, 'a', 'ann', 1, 'x'), (2, 'b', 'ann', 2, 'x');

create temp view said as
  select e.topics, e.delta::text as delta from tide.events e where e.entity = 'order' and e.action = 'update';
update public.orders set secret = 'y';
select is_empty('table said', 'what nobody is shown is not told');
update public.orders set owner = 'bob' where id = 1;
select results_eq('select s.topics, s.delta from said s', $$values ('{owner:bob,owner:ann}'::text[], null)$$,
  'a row that moves is told on both topics');

update public.orders set amount = 10;
select is((select count(*) from said), 3::bigint, 'a measure that changes is told');
select is_empty('select * from tide.verify()', 'and counted');
select ok(bool_and(s.delta is null), 'without saying what it is') from said s;

select * from finish();
