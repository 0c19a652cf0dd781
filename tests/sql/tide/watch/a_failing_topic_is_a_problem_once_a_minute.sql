select plan(4);

create table public.notes (id int primary key, day text);
select tide.watch('public.notes', entity => 'note', topics => array['''day:'' || day::date']);
insert into public.notes values (1, 'monday');
insert into public.notes values (2, 'tuesday');
select is((select count(*) from public.notes), 2::bigint, 'the writers go on');
select is((select count(*) from tide.problems p where p.target = 'public.notes'), 1::bigint, 'the doctor hears of it');
select is((select count(*) from tide.events e where e.entity = 'note'), 2::bigint, 'whoever watches the table each time');
update tide.problems set at = now() - interval '2 minutes';
insert into public.notes values (3, 'friday');
select is((select count(*) from tide.problems p where p.target = 'public.notes'), 2::bigint, 'and the doctor again later');

select * from finish();
