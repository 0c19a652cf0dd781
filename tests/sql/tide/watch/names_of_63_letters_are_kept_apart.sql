select plan(3);

create table public.a23456789_123456789_123456789_123456789_123456789_123456789_123 (id int primary key);
create table public.a23456789_123456789_123456789_123456789_123456789_123456789_124 (id int primary key);
select tide.watch('public.a23456789_123456789_123456789_123456789_123456789_123456789_123');
select tide.watch('public.a23456789_123456789_123456789_123456789_123456789_123456789_124');

insert into public.a23456789_123456789_123456789_123456789_123456789_123456789_123 values (1);
insert into public.a23456789_123456789_123456789_123456789_123456789_123456789_124 values (2);
select results_eq(
  $$select right(e.entity, 3), e.key from tide.events e where e.entity like 'a2345%' order by e.id$$,
  $$values ('123', '1'), ('124', '2')$$, 'each table tells its own rows');

select tide.unwatch('public.a23456789_123456789_123456789_123456789_123456789_123456789_123');
insert into public.a23456789_123456789_123456789_123456789_123456789_123456789_123 values (3);
insert into public.a23456789_123456789_123456789_123456789_123456789_123456789_124 values (4);
select results_eq(
  $$select e.key from tide.events e where e.entity like 'a2345%' order by e.id offset 2$$,
  $$values ('4')$$, 'one is unwatched without the other');
select is((select r.record ->> 'id' from tide._records(
  'a23456789_123456789_123456789_123456789_123456789_123456789_124', '{4}', 1) r), '4',
  'and the other is still read');

select * from finish();
