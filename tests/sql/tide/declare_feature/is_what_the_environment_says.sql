select plan(4);

select tide.update_feature('bulk_api', '{"enabled": true}');
create temp table before as select f.updated_at from tide.features f where f.name = 'bulk_api';
select tide.declare_feature('bulk_api', true);
select is((select f.updated_at from tide.features f where f.name = 'bulk_api'),
  (select b.updated_at from before b), 'the same again is no change');
select tide.declare_feature('bulk_api', false);
select ok(tide.feature_enabled('bulk_api'), 'a switch in the database counts before it');
select isnt((select f.description from tide.features f where f.name = 'bulk_api'), '', 'its description stays');
select throws_ok($$select tide.declare_feature('Bulk API', true)$$, '23514', null, 'a name is a word');

select * from finish();
