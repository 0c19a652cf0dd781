select plan(7);

create table public.cups (id int primary key, colour text, size int);
select tide.watch('public.cups', entity => 'cup');
insert into public.cups select i, 'red', i from generate_series(1, 3) i;
delete from tide.events;

update public.cups set colour = 'red';
select is_empty('select from tide.events', 'an update that changes nothing makes none');
update public.cups set colour = 'blue' where id = 9;
select is_empty('select from tide.events', 'nor one that finds no row');
insert into public.cups select 4, 'x', 4 where false;
delete from public.cups where id = 9;
select is_empty('select from tide.events', 'nor any other statement that finds none');

update public.cups set colour = case id when 2 then 'blue' else colour end;
select results_eq($$select e.key, e.delta::text from tide.events e$$,
  $$values ('2', '{"colour":["red", "blue"]}')$$, 'of many rows only those that changed');

delete from tide.events;
insert into public.cups values (1, 'red', 1) on conflict (id) do update set colour = excluded.colour;
select is_empty('select from tide.events', 'an upsert to the same values makes none');
insert into public.cups values (1, 'green', 1), (5, 'red', 5)
on conflict (id) do update set colour = excluded.colour;
select bag_eq($$select e.action, e.key from tide.events e$$, $$values ('create', '5'), ('update', '1')$$,
  'an upsert tells which rows it made and which it changed');

delete from tide.events;
insert into public.cups values (1, 'red', 1) on conflict do nothing;
select is_empty('select from tide.events', 'one that does nothing makes none');

select * from finish();
