select plan(2);

create table public.jobs (id int, state text, note text) partition by list (state);
create table public.jobs_open partition of public.jobs for values in ('open');
create table public.jobs_done partition of public.jobs for values in ('done');
select tide.watch('public.jobs', entity => 'job', key => array['id'],
  topics => array['''state:'' || state']);
insert into public.jobs values (1, 'open', 'x'), (2, 'open', 'y');
delete from tide.events;

update public.jobs set state = 'done' where id = 1;
select results_eq(
  $$select e.action, e.key, e.topics, e.delta::text from tide.events e$$,
  $$values ('update', '1', '{state:done,state:open}'::text[], '{"state":["open", "done"]}')$$,
  'one event, on the topics of both partitions');

insert into public.jobs values (2, 'done', 'z');
select is((select count(*) from tide.events e where e.entity = 'job'), 2::bigint, 'an insert is another');

select * from finish();
