select plan(8);

create table public.notes (id int primary key, body text);
select tide.watch('public.notes', entity => 'note');
insert into public.notes values (1, 'a');
alter table public.notes rename to memos;
alter table public.memos rename column body to words;
update public.memos set words = 'b';

select isnt_empty('select tide.maintain()' || $$ union all values ('')$$, 'the next look after the house');
delete from tide.events;
update public.memos set words = 'c';
select results_eq($$select e.key, e.delta::text from tide.events e where e.entity = 'note'$$,
  $$values ('1', '{"words":["b", "c"]}')$$, 'sees what was renamed');
select is((select r.record ->> 'words' from tide._records('note', '{1}', 1) r), 'c', 'and reads it');

create table public.notes (id int primary key);
select lives_ok($$select tide.watch('public.notes', entity => 'other')$$, 'the old name is free for another');
select lives_ok($$select tide.unwatch('public.memos')$$, 'the renamed one can be unwatched');
insert into public.notes values (2);
select is((select e.key from tide.events e where e.entity = 'other'), '2', 'and the other goes on');

alter table public.notes drop column id;
select lives_ok('select tide.maintain()', 'one that has lost its key is no reason to stop');
select isnt_empty($$select from tide.problems p where p.target = 'public.notes'$$, 'but the doctor says so');

select * from finish();
