select plan(9);

select tide.audit('table.painted', 'shop.orders', '{"colour": "red"}');
select is(a.action || ' ' || a.target || ' ' || (a.detail ->> 'colour'), 'table.painted shop.orders red',
  'what') from tide.audit_log a order by a.id desc limit 1;
select is(a.actor, session_user::text, 'a login that says nothing is the actor itself')
from tide.audit_log a order by a.id desc limit 1;

create role clerk in role tide_service;
select tide.act_as('user', '0123', null, 'request-7');
select set_config('tide.client_address', '192.0.2.7', true), set_config('application_name', 'desk', true);
set local role clerk;
select tide.audit('table.painted');
reset role;
create temp view last as select a.* from tide.audit_log a order by a.id desc limit 1;
select is(l.actor, '0123', 'the person for whom the login acts') from last l;
select is(l.login, session_user::text, 'the login, whatever it says') from last l;
select is(l.role, 'clerk', 'the role that it had taken on') from last l;
select is(l.application_name, 'desk', 'the application') from last l;
select is(l.client_address, '192.0.2.7', 'from where, as the service says') from last l;
select is(l.correlation_id, 'request-7', 'the request') from last l;
select throws_ok($$select tide.audit('painted')$$, '23514', null, 'an act is two words');

select * from finish();
