begin;
select plan(6);

create temp table begun as select tide.cache_begin() as era;
select is((tide.cache_check(null)).topics, null, 'the first check begins a chain: anything may be new');
select is((tide.cache_check(null)).era, b.era, 'it says which era it is') from begun b;
create temp table before as select tide._snapshot() as since;
select is((tide.cache_check(b.since)).topics, '{}', 'nothing since') from before b;
insert into work.projects (id, name) values ('00000000-0000-7000-8000-00000000000a', 'a');
select ok((tide.cache_check(b.since)).topics
  @> array['project:00000000-0000-7000-8000-00000000000a'], 'what nobody has ticked is told')
from before b;
update tide.settings s set value = '1000000' where s.key = 'coalesce_above';
insert into work.branches (project_id, name)
  select '00000000-0000-7000-8000-00000000000a', 'b ' || n from generate_series(1, 5000) n;
select is((tide.cache_check(b.since)).topics, null, 'more than one looks through is anything')
from before b;
select is((select p.sequence from tide.position() p), (tide.cache_check(null)).sequence, 'the head');

select * from finish();
rollback;
