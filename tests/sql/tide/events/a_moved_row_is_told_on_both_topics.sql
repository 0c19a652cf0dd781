select plan(3);

create table public.letters (id int primary key, box text, stamp text);
select tide.watch('public.letters', entity => 'letter',
  topics => array['''box:'' || box', '''letter:'' || id', '''stamp:'' || stamp']);
insert into public.letters values (1, 'a', 'x'), (2, 'a', null);
delete from tide.events;

update public.letters set box = 'b' where id = 1;
select is((select e.topics from tide.events e), '{box:b,letter:1,stamp:x,box:a}',
  'the new one first, which carries it, then the old one');

delete from tide.events;
update public.letters set stamp = 'y' where id = 2;
select is((select e.topics from tide.events e), '{box:a,letter:2,stamp:y}', 'from no topic to one');

delete from tide.events;
update public.letters set stamp = null, box = null;
select bag_eq($$select e.key, e.topics from tide.events e$$,
  $$values ('1', '{letter:1,box:b,stamp:x}'::text[]), ('2', '{letter:2,box:a,stamp:y}')$$,
  'and from one to none');

select * from finish();
