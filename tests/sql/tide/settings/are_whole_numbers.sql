select plan(2);

select throws_ok($$update tide.settings set value = 'many' where key = 'max_events_per_tick'$$, '23514', null,
  'what would stop the stream is refused');
select lives_ok($$update tide.settings set value = '100' where key = 'max_events_per_tick'$$, 'a number is not');

select * from finish();
