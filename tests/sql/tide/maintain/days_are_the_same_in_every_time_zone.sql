select plan(4);

update tide.settings set value = '6' where key = 'partitions_ahead';
set local timezone = 'Asia/Tokyo';
select lives_ok('select tide.maintain()', 'east of where the last days were made');
update tide.settings set value = '9' where key = 'partitions_ahead';
set local timezone = 'America/Los_Angeles';
select lives_ok('select tide.maintain()', 'and west');
select is((select count(*) from pg_inherits i where i.inhparent = 'tide.events'::regclass), 11::bigint,
  'today, nine days and the default');
set local timezone = 'UTC';
select is((select count(*) from pg_class c join pg_inherits i on i.inhrelid = c.oid
    where i.inhparent = 'tide.events'::regclass and c.relname ~ '\d$'
      and pg_get_expr(c.relpartbound, c.oid) like format('FOR VALUES FROM (''%s 00:00:00+00'')%%',
        to_date(right(c.relname, 8), 'YYYYMMDD'))), 10::bigint, 'each begins at midnight, UTC');

select * from finish();
