select plan(2);

create table public.codes (code text unique, n int);
select tide.watch('public.codes', entity => 'code', key => '{code}');
insert into public.codes values (null, 1), (null, 2), ('a', 3);

delete from tide.events;
update public.codes set n = n + 10;
select results_eq($$select e.action, e.key, e.image ->> 'n' from tide.events e order by e.action, e.key, 3$$,
  $$values ('create', null, null), ('create', null, null), ('delete', null, '1'), ('delete', null, '2'),
    ('update', 'a', null)$$, 'rows without one are told as gone and made');

delete from tide.events;
update public.codes set n = 0 where n = 11;
select results_eq($$select e.action, e.delta::text from tide.events e$$, $$values ('update', '{"n":[11, 0]}')$$,
  'a single one as changed');

select * from finish();
