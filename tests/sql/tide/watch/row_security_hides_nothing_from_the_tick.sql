select plan(6);

create table public.notes (id int primary key, owner text);
alter table public.notes enable row level security;
create policy own on public.notes using (owner = current_user);
select tide.watch('public.notes', entity => 'note');
insert into public.notes values (1, 'ann');

set local role tide_owner;
select is((select r.record ->> 'owner' from tide._records('note', '{1}', 1) r), 'ann', 'the row is read');
reset role;
delete from tide.events;
truncate public.notes;
select is((select e.action from tide.events e where e.entity = 'note'), 'delete', 'what is truncated is told');
select tide.unwatch('public.notes');
select policies_are('public', 'notes', array['own'], 'unwatch takes its policy back');

create table public.later (id int primary key);
select tide.watch('public.later');
alter table public.later enable row level security;
insert into public.later values (1);
select tide.refresh_watches();
set local role tide_owner;
select isnt_empty($$select from tide._records('later', '{1}', 1)$$, 'also when it was switched on later');
reset role;

create role shopkeeper;
grant create on schema public to shopkeeper;
set local role shopkeeper;
create table public.shops (id int primary key);
reset role;
select tide.watch('public.shops');
alter table public.shops enable row level security;
set local role tide_owner;
select lives_ok('select tide.maintain()', 'who may not make a policy goes on');
reset role;
select isnt_empty($$select from tide.problems p where p.target = 'public.shops'$$, 'and says what is to be done');

select * from finish();
