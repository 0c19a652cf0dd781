select plan(3);

-- Postgres 18 has virtual columns; before it, stored ones have to do.
do $$
begin
  execute format('create table public.names (id int primary key, first text, last text,
    whole text generated always as (first || '' '' || last) %s)',
    case when current_setting('server_version_num')::int >= 180000 then 'virtual' else 'stored' end);
end
$$;
select tide.watch('public.names', entity => 'name', topics => array['''name:'' || whole']);
insert into public.names (id, first, last) values (1, 'Ann', 'Lee');
update public.names set first = 'Bo';
delete from public.names;

select results_eq($$select e.action, e.topics, e.delta::jsonb, e.image ->> 'whole' from tide.events e
    where e.entity = 'name' order by e.id$$,
  $$values ('create', '{name:Ann Lee}'::text[], null::jsonb, null),
    ('update', '{name:Bo Lee,name:Ann Lee}', '{"first": ["Ann", "Bo"], "whole": ["Ann Lee", "Bo Lee"]}', null),
    ('delete', '{name:Bo Lee}', null, 'Bo Lee')$$, 'in topics, deltas and images');
insert into public.names (id, first, last) values (2, 'Cy', 'Lee');
select is((select r.record ->> 'whole' from tide._records('name', '{2}', 1) r), 'Cy Lee', 'and records');
select is_empty($$select p.message from tide.problems p where p.target = 'public.names'$$, 'without a problem');

select * from finish();
