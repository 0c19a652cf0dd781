select plan(6);

create temp view standing as select f.standing from tide.features f where f.name = 'bulk_api';
select is((select s.standing from standing s), 'everybody', 'on');
select tide.update_feature('bulk_api', '{"percentage": 1}');
select is((select s.standing from standing s), 'some', 'for a share');
select tide.update_feature('bulk_api', '{"percentage": 0}');
select is((select s.standing from standing s), 'nobody', 'for none of them');
select tide.update_feature('bulk_api', '{"percentage": 100, "enabled": false}');
select is((select s.standing from standing s), 'nobody', 'off');
create temp table before as select f.updated_at from tide.features f where f.name = 'bulk_api';
select tide.override_feature('bulk_api', 'ann', true);
select is((select s.standing from standing s), 'some', 'and for somebody');
select cmp_ok((select f.updated_at from tide.features f where f.name = 'bulk_api'), '>',
  (select b.updated_at from before b), 'which is a change of the feature');

select * from finish();
