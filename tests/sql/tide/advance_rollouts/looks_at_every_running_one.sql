select plan(2);

select tide.begin_rollout('bulk_api', soak_minutes => 0), tide.begin_rollout('ws_cascade', soak_minutes => 0),
  tide.begin_rollout('ai_batch');
select tide.set_rollout_state('ai_batch', 'stopped');
create role service in role tide_service;
set local role service;
select tide.record_health('node', 1000, 0, 20);
select results_eq('select a.flag, a.outcome from tide.advance_rollouts() a',
  $$values ('bulk_api', 'advanced'), ('ws_cascade', 'advanced')$$, 'as the service');
reset role;
select is((select f.percentage from tide.features f where f.name = 'ai_batch'), 10, 'what is stopped stays');

select * from finish();
