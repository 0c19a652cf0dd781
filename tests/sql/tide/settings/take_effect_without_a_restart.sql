select plan(4);

create table public.many (id int primary key);
select tide.watch('public.many', topics => array['''all''']);
update tide.settings set value = '3' where key = 'coalesce_above';
insert into public.many select generate_series(1, 3);
select is((select count(*) from tide.events e where e.entity = 'many'), 3::bigint, 'up to the limit');
insert into public.many select generate_series(11, 14);
select is((select e.count from tide.events e where e.entity = 'many' and e.key is null), 4, 'above it');
select is((select w.coalesce_above from tide.watches w where w.entity = 'many'), 3,
  'tide.watches shows the limit that counts');

select bag_has(
  'select s.key from tide.settings s',
  $$values ('ai_window_ms'), ('ai_batch_max'), ('retention_hours'), ('coalesce_above'), ('max_events_per_tick')$$,
  'the settings of the contract');

select * from finish();
