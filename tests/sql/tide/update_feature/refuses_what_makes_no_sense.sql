select plan(4);

select throws_ok($$select tide.update_feature('no_such', '{}')$$, 'P0002', 'there is no feature no_such', 'nothing');
select throws_ok($$select tide.update_feature('bulk_api', '{"percentage": 101}')$$, '23514', null, 'too much');
select throws_ok($$select tide.override_feature('no_such', 'ann', true)$$, 'P0002', null, 'for nobody');
select is(tide.update_feature('bulk_api', '{"enabled": null}') ->> 'enabled', null,
  'null is what the environment says');

select * from finish();
