select plan(9);

create table public.acts (id int primary key);
select tide.watch('public.acts', entity => 'act');
create temp view said as
  select e.key, e.source, e.actor, e.session_id, e.correlation_id from tide.events e where e.entity = 'act';

insert into public.acts values (1);
select results_eq($$select * from said s where s.key = '1'$$,
  $$values ('1', 'system', null::text, null::text, null::text)$$, 'who says nothing is the system');

select tide.act_as('mcp-ai', 'claude', 's-1', 'c-1');
insert into public.acts values (2);
select results_eq($$select * from said s where s.key = '2'$$,
  $$values ('2', 'mcp-ai', 'claude', 's-1', 'c-1')$$, 'act_as says it all');

select tide.act_as('user', 'ann');
insert into public.acts values (3);
select results_eq($$select * from said s where s.key = '3'$$,
  $$values ('3', 'user', 'ann', null::text, null::text)$$, 'the next one leaves nothing of the last');

set local tide.source = 'mcp-ai';
set local tide.actor = 'bot';
insert into public.acts values (4);
select results_eq($$select s.source, s.actor from said s where s.key = '4'$$,
  $$values ('mcp-ai', 'bot')$$, 'settings say the same');

savepoint one;
select tide.act_as('system');
rollback to savepoint one;
insert into public.acts values (5);
select is((select s.source from said s where s.key = '5'), 'mcp-ai', 'a savepoint takes it back');

set local tide.source = '';
insert into public.acts values (6);
select is((select s.source from said s where s.key = '6'), 'system', 'an empty setting says nothing');

select throws_ok($$select tide.act_as('root')$$, '22023', null, 'a source must be known');
select throws_ok($$select tide.act_as(null)$$, '22023', null, 'null is none');

create role visitor;
grant usage on schema public to visitor;
set local role visitor;
select lives_ok($$select tide.act_as('user', 'bob')$$, 'any role may say it');
reset role;

select * from finish();
