select plan(24);

create role app in role tide_writer;
create temp table forbidden (statement text);
grant select on forbidden to app;
insert into forbidden values
  ('insert into tide.events (entity, action, topics, source) values (''task'', ''create'', ''{}'', ''user'')'),
  ('update tide.events set entity = ''x'''),
  ('delete from tide.events'),
  ('truncate tide.events'),
  ('select from tide.events'),
  ('insert into tide.ticks (number, epoch_number, snapshot, first_sequence, last_sequence) values (9, 1, ''1:1:'', 1, 0)'),
  ('delete from tide.ticks'),
  ('insert into tide.epochs (number, epoch, fingerprint, timeline, first_tick) values (9, gen_random_uuid(), '''', 1, 1)'),
  ('update tide.settings set value = ''1'''),
  ('insert into tide.writer_roles values (current_user, ''user'')'),
  ('lock table tide.turn in access share mode'),
  ('lock table tide.events in access share mode'),
  ('select tide.advance()'),
  ('select tide.maintain()'),
  ('select tide.rebuild()'),
  ('select tide.unwatch(''work.tasks'')'),
  ('select tide._begin_epoch()'),
  ('select tide._record_problem(''work.tasks''::regclass, ''task'', ''x'')'),
  ('select tide._tg_work_tasks__rows(''{}'', 1)'),
  ('alter table work.tasks disable trigger all'),
  ('drop trigger _700_event_insert on work.tasks'),
  ('update work.branch_totals set total_tasks = 0'),
  ('set local session_replication_role = replica'),
  ('create function tide.x() returns int language sql as ''select 1''');

set local role app;
select throws_ok(f.statement, '42501', null, f.statement) from forbidden f;
reset role;

select * from finish();
