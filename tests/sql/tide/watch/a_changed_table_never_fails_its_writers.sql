select plan(10);

create table public.notes (id int primary key, body text, owner text, state text);
select tide.watch('public.notes', entity => 'note', topics => array['''owner:'' || owner']);
create temp view said as
  select e.id, e.action, e.key, e.topics, e.delta::text as delta, e.count
  from tide.events e where e.entity = 'note';

alter table public.notes add column colour text;
insert into public.notes values (1, 'hello', 'ann', 'new', 'red');
select results_eq($$select s.action, s.key from said s$$, $$values ('create', '1')$$,
  'with a column added, an insert is told');

delete from tide.events;
update public.notes set colour = 'blue';
select is((select s.delta from said s), '{ "colour" : ["red", "blue"] }',
  'an update of the added column alone is told');

delete from tide.events;
update public.notes set colour = 'blue';
select is_empty('select * from said', 'and told only when it changes something');

alter table public.notes drop column state;
select lives_ok($$update public.notes set body = 'bye'$$, 'with a column dropped, a writer goes on');
select is((select s.topics from said s), '{owner:ann}', 'and its topic hears of it')
  where (select s.key from said s) is not null
union all
select is((select s.topics from said s), '{table:public.notes}', 'and its topic hears of it')
  where (select s.key from said s) is null;

select tide.refresh_watches();
delete from tide.events;
update public.notes set body = 'again';
select is((select s.delta from said s), '{"body":["bye", "again"]}', 'once refreshed, in full');

alter table public.notes drop column owner;
delete from tide.events;
select lives_ok($$insert into public.notes (id, body) values (2, 'x')$$,
  'with the topic''s column dropped, a writer goes on');
select is((select s.topics from said s), '{table:public.notes}', 'the table''s topic hears that it should look');
select isnt_empty($$select from tide.problems p where p.target = 'public.notes'$$,
  'and the doctor has something to show');

alter table public.notes rename to memos;
select lives_ok($$delete from public.memos$$, 'a renamed table goes on as well');

select * from finish();
