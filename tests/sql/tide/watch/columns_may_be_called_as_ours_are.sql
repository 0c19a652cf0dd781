select plan(6);

create table public.odd (id int primary key, t text, n text, o text, topic text, topics text, key text,
  keys text, record text, as_of int, "asOf" int, new_rows text, old_rows text, found text, "new" text,
  "old" text, shown text, told text);
select tide.watch('public.odd', entity => 'odd', topics => array['t.t', 'topic', 'topics', 'key', 'record',
  'found', '"new"', '"old"', 'new_rows', 'as_of::text', 'keys', 'shown']);

insert into public.odd (id, t, topic, record, "new") values (1, 'a', 'b', 'c', 'd'), (2, 'a', 'b', 'c', 'd');
update public.odd set o = 'x' where id = 1;
update public.odd set t = 'e', found = 'f' where id = 1;
update public.odd set n = 'g', told = 'h';
delete from public.odd where id = 2;

select bag_eq($$select e.action, e.key, e.topics, e.delta::text from tide.events e
    where e.entity = 'odd'$$,
  $$values ('create', '1', '{a,b,c,d}'::text[], null),
    ('create', '2', '{a,b,c,d}', null),
    ('update', '1', '{a,b,c,d}', '{"o":[null, "x"]}'),
    ('update', '1', '{e,b,c,f,d,a}', '{"t":["a", "e"],"found":[null, "f"]}'),
    ('update', '1', '{e,b,c,f,d}', '{"n":[null, "g"],"told":[null, "h"]}'),
    ('update', '2', '{a,b,c,d}', '{"n":[null, "g"],"told":[null, "h"]}'),
    ('delete', '2', '{a,b,c,d}', null)$$, 'every change is told, on the topics of its columns');
select is((select e.image ->> 'told' from tide.events e where e.entity = 'odd' and e.action = 'delete'), 'h',
  'with the last image of a deleted row');
select is_empty($$select p.message from tide.problems p where p.target = 'public.odd'$$, 'without a problem');
select results_eq($$select r.topics, r.record ->> 't', r.record ->> 'record' from tide._records('odd', '{1}', 7) r$$,
  $$values ('{e,b,c,f,d}'::text[], 'e', 'c')$$, 'and the tick reads the row');

create table public.shown (id int primary key, t text, secret text);
select tide.watch('public.shown', entity => 'shown', columns => '{t}');
insert into public.shown values (1, 'a', 'b');
select is((select r.record ->> 't' from tide._records('shown', '{1}', 7) r), 'a', 'or some of its columns');
select ok(not (select r.record::jsonb ? 'secret' from tide._records('shown', '{1}', 7) r), 'and no other');

select * from finish();
