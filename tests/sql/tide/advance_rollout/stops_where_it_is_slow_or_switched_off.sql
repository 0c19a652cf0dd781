select plan(7);

create temp view stage as
select f.percentage || ' ' || (f.rollout ->> 'state') || ': ' || coalesce(f.rollout ->> 'reason', '') as at
from tide.features f where f.name = 'bulk_api';

select tide.begin_rollout('bulk_api', '{10,100}', max_latency_ms => 150);
select tide.record_health('node', 100, 0, 100), tide.record_health('node', 900, 0, 160);
select is(tide.advance_rollout('bulk_api'), 'stopped', 'weighed by requests it is too slow');
select is((select s.at from stage s), '10 stopped: latency_ms is 154.0, allowed 150', 'those who have it keep it');
delete from tide.health_samples;
select tide.set_rollout_state('bulk_api', 'running');
select is((select s.at from stage s), '10 running: ', 'somebody lets it go on');

select tide.update_feature('bulk_api', '{"enabled": false}');
select is(tide.advance_rollout('bulk_api'), 'stopped', 'somebody switched it off');
select is((select f.standing from tide.features f where f.name = 'bulk_api'), 'nobody', 'which counts');
select throws_ok($$select tide.set_rollout_state('bulk_api', 'flying')$$, '23514', null, 'there are three states');
select throws_ok($$select tide.set_rollout_state('ai_batch', 'stopped')$$, 'P0002', null, 'of what is on its way');

select * from finish();
