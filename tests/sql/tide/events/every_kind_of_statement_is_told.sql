select plan(6);

create table public.pots (id int primary key, parent int references public.pots on delete cascade,
  colour text);
select tide.watch('public.pots', entity => 'pot');
create temp view said as select e.id, e.action, e.key, e.delta::text as delta from tide.events e;

with made as (insert into public.pots values (1, null, 'red'), (2, 1, 'red') returning pots.id),
  more as (insert into public.pots select m.id + 10, 1, 'blue' from made m returning pots.id)
select m.id from more m;
select bag_eq($$select s.action, s.key from said s$$,
  $$values ('create', '1'), ('create', '2'), ('create', '11'), ('create', '12')$$, 'writable CTEs');

delete from tide.events;
do $$
begin
  if current_setting('server_version_num')::int >= 150000 then
    execute $merge$
      merge into public.pots p using (values (2, 'gone'), (11, 'green'), (20, 'new')) v (id, colour)
      on p.id = v.id
      when matched and v.colour = 'gone' then delete
      when matched then update set colour = v.colour
      when not matched then insert values (v.id, null, v.colour)$merge$;
  else
    -- Postgres 14 has no MERGE: what it would have done
    delete from public.pots where id = 2;
    update public.pots set colour = 'green' where id = 11;
    insert into public.pots values (20, null, 'new');
  end if;
end $$;
select bag_eq($$select s.action, s.key, s.delta from said s$$,
  $$values ('delete', '2', null), ('update', '11', '{"colour":["blue", "green"]}'), ('create', '20', null)$$,
  'MERGE');

delete from tide.events;
delete from public.pots where id = 1;
select bag_eq($$select s.action, s.key from said s$$,
  $$values ('delete', '1'), ('delete', '11'), ('delete', '12')$$, 'rows deleted by a foreign key');

delete from tide.events;
with w as (update public.pots set colour = 'a' returning id) insert into public.pots select 21, null, 'b' from w;
update public.pots set colour = 'c' where id = 20;
select results_eq($$select s.key, s.delta from said s where s.key = '20' order by s.id$$,
  $$values ('20', '{"colour":["new", "a"]}'), ('20', '{"colour":["a", "c"]}')$$,
  'two updates of a row are two events, in order');

delete from tide.events;
savepoint before_mistake;
update public.pots set colour = 'mistake';
rollback to savepoint before_mistake;
update public.pots set colour = 'd' where id = 21;
select results_eq($$select s.key, s.delta from said s$$, $$values ('21', '{"colour":["b", "d"]}')$$,
  'what a savepoint takes back was never said');

create table public.pans (id int primary key deferrable, colour text);
select tide.watch('public.pans', entity => 'pan');
insert into public.pans values (1, 'a'), (2, 'b');
delete from tide.events;
update public.pans set id = id + 1;
select bag_eq($$select s.action, s.key, s.delta from said s$$,
  $$values ('delete', '1', null), ('create', '3', null), ('update', '2', '{"colour":["b", "a"]}')$$,
  'keys that shift: gone, new, and changed');

select * from finish();
