select plan(5);

create table public.readings (sensor text, value numeric);
select tide.watch('public.readings');
create temp view said as
  select e.id, e.action, e.key, e.topics, e.delta, e.image
  from tide.events e where e.entity = 'readings';

insert into public.readings values ('a', 1), ('a', 1);
select results_eq(
  $$select s.action, s.key, s.image ->> 'value' from said s order by s.id$$,
  $$values ('create', null::text, '1'), ('create', null, '1')$$,
  'rows that are equal are two events');
select is((select distinct s.topics from said s), '{table:public.readings}', 'only the table is a topic');

delete from tide.events;
update public.readings set value = 2;
select results_eq(
  $$select s.action, s.image ->> 'value', count(*) from said s group by 1, 2 order by 1$$,
  $$values ('create', '2', 2::bigint), ('delete', '1', 2)$$,
  'an update is a delete and a create for each row');

delete from tide.events;
delete from public.readings;
select results_eq(
  $$select s.action, s.image ->> 'value' from said s$$,
  $$values ('delete', '2'), ('delete', '2')$$, 'a delete carries the row');

select lives_ok($$update public.readings set value = 3$$, 'an update of no rows is no event');

select * from finish();
