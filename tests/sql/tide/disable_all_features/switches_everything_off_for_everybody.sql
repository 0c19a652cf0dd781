select plan(5);

select tide.declare_feature('new_board', true, 'another board');
select tide.override_feature('bulk_api', 'ann', true), tide.override_feature('bulk_api', 'ben', false);
select tide.begin_rollout('ws_cascade');
select is(tide.disable_all_features(), 4, 'all that were not off');
select is_empty($$select from tide.features f where f.standing = 'everybody' or f.enabled is distinct from false$$,
  'every flag');
select ok(not tide.feature_enabled('bulk_api', 'ann'), 'also for whom it was on by name');
select is((select f.rollout ->> 'state' from tide.features f where f.name = 'ws_cascade'), 'rolled_back',
  'and what was on its way');
select is(tide.disable_all_features(), 0, 'again, there is nothing left to do');

select * from finish();
