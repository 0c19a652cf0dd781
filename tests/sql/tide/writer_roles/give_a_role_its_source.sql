select plan(6);

create table public.acts (id int primary key);
select tide.watch('public.acts', entity => 'act');
create role robot;
create role "Wei'rd";
grant insert on public.acts to robot, "Wei'rd";
create temp view said as select e.key, e.source from tide.events e where e.entity = 'act';

insert into tide.writer_roles values ('robot', 'mcp-ai'), ('Wei''rd', 'user');
set local role robot;
insert into public.acts values (1);
set local role "Wei'rd";
insert into public.acts values (2);
reset role;
select results_eq('select s.key, s.source from said s order by s.key',
  $$values ('1', 'mcp-ai'), ('2', 'user')$$, 'whoever writes as the role');

set local role robot;
set local tide.source = 'user';
insert into public.acts values (3);
reset role;
select is((select s.source from said s where s.key = '3'), 'user', 'the transaction''s own word counts more');
set local tide.source = '';

update tide.writer_roles set source = 'user' where role_name = 'robot';
set local role robot;
insert into public.acts values (4);
reset role;
select is((select s.source from said s where s.key = '4'), 'user', 'a change takes effect at once');

delete from tide.writer_roles;
set local role robot;
insert into public.acts values (5);
reset role;
select is((select s.source from said s where s.key = '5'), 'system', 'and so does its end');

insert into tide.writer_roles values ('robot', 'mcp-ai');
truncate tide.writer_roles;
set local role robot;
insert into public.acts values (6);
reset role;
select is((select s.source from said s where s.key = '6'), 'system', 'by truncate as well');

select throws_ok($$insert into tide.writer_roles values ('robot', 'root')$$, '23514', null,
  'a source must be known');

select * from finish();
