select plan(8);

create temp view stage as
select f.standing || ' ' || (f.rollout ->> 'state') || ': ' || (f.rollout ->> 'reason') as at
from tide.features f where f.name = 'bulk_api';

select tide.begin_rollout('bulk_api');
select tide.record_health('node', 10000, 11, 20);
select is(tide.advance_rollout('bulk_api'), 'rolled_back', 'requests fail, and nobody waits for the day to pass');
select is((select s.at from stage s), 'nobody rolled_back: error_rate is 0.001100, allowed 0.001', 'it is off');
select is(tide.advance_rollout('bulk_api'), 'rolled_back', 'and stays so');
delete from tide.health_samples;

select tide.begin_rollout('bulk_api', soak_minutes => 0);
select tide.record_health('node', 10000, 10, 20);
insert into work.projects (id, name) values ('00000000-0000-7000-8000-000000000001', 'one');
insert into work.branches (id, project_id, name) values
  ('00000000-0000-7000-8000-000000000011', '00000000-0000-7000-8000-000000000001', 'main');
insert into work.branch_totals (branch_id, total_tasks) values ('00000000-0000-7000-8000-000000000011', 7);
select is(tide.advance_rollout('bulk_api'), 'rolled_back', 'a summary differs from a recount');
select is((select s.at from stage s), 'nobody rolled_back: drift is 1, allowed 0', 'which must not happen');
select set_eq($$select c.criterion from tide.check_rollout('bulk_api') c where not c.is_met$$, array['drift'],
  'that is all that was wrong');

delete from work.branch_totals;
select tide.set_rollout_state('bulk_api', 'running');
select is((select f.standing from tide.features f where f.name = 'bulk_api'), 'some', 'it may be tried again');
select is(tide.advance_rollout('bulk_api'), 'advanced', 'and then goes on');

select * from finish();
