select plan(4);

create table public.notes (id int primary key, owner text, body text);
create function public.topic_of(note public.notes) returns text language sql immutable
  as $$ select 'owner:' || note.owner $$;
create temp view said as select e.topics from tide.events e where e.entity = 'note' order by e.id desc limit 1;
insert into public.notes values (1, 'ann', 'x');

select tide.watch('public.notes', entity => 'note', topics => array['public.topic_of(t)']);
update public.notes set owner = 'bob';
select results_eq('table said', $$values ('{owner:bob,owner:ann}'::text[])$$, 'a function of the row');

select tide.watch('public.notes', entity => 'note', topics => array['''owner:'' || U&"own\0065r"']);
update public.notes set owner = 'cy';
select results_eq('table said', $$values ('{owner:cy,owner:bob}'::text[])$$, 'a column behind an escape');

select tide.watch('public.notes', entity => 'note', topics => array['''owner:'' || T . OWNER']);
update public.notes set owner = 'dan';
select results_eq('table said', $$values ('{owner:dan,owner:cy}'::text[])$$, 'a column in capitals');

select tide.watch('public.notes', entity => 'note', topics => array['''team:'' || (to_jsonb(t) ->> ''team'')']);
alter table public.notes add column team text;
update public.notes set team = 'red';
update public.notes set team = 'blue';
select results_eq('table said', $$values ('{team:blue,team:red}'::text[])$$, 'a column that was added since');

select * from finish();
