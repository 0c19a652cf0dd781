begin;
select plan(5);

\ir ../a_person_with_a_key.sql

prepare touch as select work.touch_key((m.told ->> 'id')::uuid) from made m;
prepare due as select f.is_due from made m, work.find_key(null, (m.told ->> 'id')::uuid) f;

select results_eq('due', array[true], 'a first use is worth noting');
execute touch;
select results_eq('due', array[false], 'and then it is noted');
select is(k.last_used_at, now(), 'to the minute') from work.api_keys k;
update work.api_keys set last_used_at = now() - interval '59 s';
execute touch;
select is(k.last_used_at, now() - interval '59 s', 'not twice in one') from work.api_keys k;
update work.api_keys set last_used_at = now() - interval '61 s';
execute touch;
select is(k.last_used_at, now(), 'but in the next') from work.api_keys k;

select * from finish();
rollback;
