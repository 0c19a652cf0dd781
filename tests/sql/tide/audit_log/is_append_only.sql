select plan(11);

select tide.audit('table.painted');
create role service in role tide_service;
create role app in role tide_writer;
create temp table forbidden (statement text);
grant select on forbidden to service, app;
insert into forbidden values
  ('insert into tide.audit_log (action, actor, login, role) values (''a.b'', ''x'', ''x'', ''x'')'),
  ('update tide.audit_log set actor = ''nobody'''),
  ('delete from tide.audit_log'),
  ('truncate tide.audit_log');

set local role service;
select throws_ok(f.statement, '42501', null, 'the service: ' || f.statement) from forbidden f;
select isnt_empty('select from tide.audit_log', 'the service may read it');
set local role app;
select throws_ok('select from tide.audit_log', '42501', null, 'an application may not');
select throws_ok($$select tide.audit('table.painted')$$, '42501', null, 'nor write it');
reset role;

select throws_ok(f.statement, '42501', 'the audit log is append-only', 'a superuser: ' || f.statement)
from forbidden f where f.statement !~ '^insert';

set local role tide_owner;
select lives_ok('delete from tide.audit_log', 'its owner may archive it');
reset role;

select * from finish();
