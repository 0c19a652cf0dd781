select plan(8);

create table public.orders (id int primary key, branch text);
create table public.totals (branch text primary key, orders bigint not null default 0, changed_at timestamptz);
grant select, insert, update on public.totals to tide_owner;
select tide.watch('public.orders', entity => 'order');
select tide.declare_summary('public.totals', 'public.orders', 'branch', '{"orders": "1"}');
create temp view everything as
  select tide._snapshot_of((pg_current_xact_id()::text::bigint + 1)::text::xid8, '{}') as snapshot;
insert into public.orders values (1, 'a');

alter table public.totals add constraint no_order check (orders = 0);
select lives_ok('select tide._fold(e.snapshot) from everything e', 'a summary that refuses does not stop the tick');
select matches((select p.message from tide.problems p where p.target = 'public.totals'), 'no_order', 'the doctor hears why');
alter table public.totals drop constraint no_order;
select tide.rebuild();
select is_empty('select * from tide.verify()', 'put right, it is rebuilt');

alter table public.totals rename column orders to kept;
select lives_ok('select tide._fold(e.snapshot) from everything e', 'nor one that has lost a column');
alter table public.totals rename column kept to orders;

savepoint whole;
select tide.unwatch('public.orders');
select is_empty('select * from tide.verify()', 'one that nothing feeds any more is nobody''s concern');
rollback to whole;

savepoint whole;
drop table public.orders;
select isnt_empty('select tide.rebuild()', 'one whose source is dropped is rebuilt: empty');
rollback to whole;

drop table public.totals;
select lives_ok('select tide._fold(e.snapshot) from everything e', 'a dropped one is not folded');
select is_empty('select * from tide.verify()', 'nor verified');

select * from finish();
