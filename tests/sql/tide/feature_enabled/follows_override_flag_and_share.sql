select plan(13);

select ok(tide.feature_enabled('bulk_api'), 'as the environment says');
select tide.declare_feature('bulk_api', false);
select ok(not tide.feature_enabled('bulk_api', 'ann'), 'whatever that is');
select tide.update_feature('bulk_api', '{"enabled": true}');
select ok(tide.feature_enabled('bulk_api', 'ann'), 'a switch counts before it');

select tide.update_feature('bulk_api', '{"percentage": 30}');
select ok(not tide.feature_enabled('bulk_api'), 'a share is not everybody');
create temp table users as select 'user ' || n as id from generate_series(1, 2000) n;
create temp table first as select u.id from users u where tide.feature_enabled('bulk_api', u.id);
select ok(count(*) between 500 and 700, 'about so many, and it is ' || count(*)) from first;
select tide.update_feature('bulk_api', '{"percentage": 60}');
select is_empty($$select from first f where not tide.feature_enabled('bulk_api', f.id)$$,
  'with a larger share the first ones stay');
select tide.update_feature('ai_batch', '{"enabled": true, "percentage": 30}');
select ok(count(*) filter (where tide.feature_enabled('ai_batch', f.id)) < count(*) / 2,
  'and are not first with everything') from first f;

select tide.update_feature('bulk_api', '{"percentage": 0}');
select ok(not tide.feature_enabled('bulk_api', 'ann'), 'nobody');
select tide.override_feature('bulk_api', 'ann', true);
select ok(tide.feature_enabled('bulk_api', 'ann'), 'but whoever is named');
select tide.override_feature('bulk_api', 'ann', null);
select ok(not tide.feature_enabled('bulk_api', 'ann'), 'until that is taken back');
select ok(not tide.feature_enabled('no_such', 'ann'), 'what nobody knows is off');

create role app in role tide_writer;
set local role app;
select ok(not tide.feature_enabled('bulk_api', 'ann'), 'applications may ask');
select throws_ok($$select tide.update_feature('bulk_api', '{}')$$, '42501', null, 'and not switch');
reset role;

select * from finish();
