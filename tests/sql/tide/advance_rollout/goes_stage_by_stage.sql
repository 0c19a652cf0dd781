select plan(9);

create temp view stage as
select f.percentage || ' ' || (f.rollout ->> 'state') as at from tide.features f where f.name = 'bulk_api';
select tide.begin_rollout('bulk_api', '{10,25,50,100}', soak_minutes => 0);
select is((select s.at from stage s), '10 running', 'the first share at once');
select is(tide.advance_rollout('bulk_api'), 'waits', 'while nothing was seen');
select tide.record_health('node', 99, 0, 20);
select is(tide.advance_rollout('bulk_api'), 'waits', 'or too little');
select tide.record_health('other node', 1, 0, 20);
select is(tide.advance_rollout('bulk_api'), 'advanced', 'then it goes on');
select is((select s.at from stage s), '25 running', 'to the next share');
select is(array[tide.advance_rollout('bulk_api'), tide.advance_rollout('bulk_api'), tide.advance_rollout('bulk_api')],
  '{advanced,advanced,done}', 'to everybody');
select is((select s.at from stage s), '100 done', 'where it stays');
select is(tide.advance_rollout('bulk_api'), 'done', 'for good');

select tide.begin_rollout('bulk_api');
select is(tide.advance_rollout('bulk_api'), 'waits', 'a stage lasts a day unless it is told otherwise');

select * from finish();
