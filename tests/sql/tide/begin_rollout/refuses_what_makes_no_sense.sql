select plan(4);

select throws_ok($$select tide.begin_rollout('bulk_api', '{50,25}')$$, '22023', 'the stages of a rollout go up', 'down');
select throws_ok($$select tide.begin_rollout('bulk_api', '{}')$$, '22023', null, 'nowhere');
select throws_ok($$select tide.begin_rollout('bulk_api', '{0}')$$, '23514', null, 'to nobody');
select throws_ok($$select tide.begin_rollout('no_such')$$, 'P0002', null, 'nothing');

select * from finish();
