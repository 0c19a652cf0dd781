begin;
select plan(6);

select tide.cache_begin() as era \gset
select is((tide.cache_check(null)).topics, null, 'the first check begins a chain: anything may be new');
select is((tide.cache_check(null)).era, :'era', 'it says which era it is');
select tide._snapshot() as since \gset
select is((tide.cache_check(:'since')).topics, '{}', 'nothing since');
insert into work.projects (id, name) values ('00000000-0000-7000-8000-00000000000a', 'a');
select ok((tide.cache_check(:'since')).topics
  @> array['project:00000000-0000-7000-8000-00000000000a'], 'what nobody has ticked is told');
insert into work.branches (project_id, name)
  select '00000000-0000-7000-8000-00000000000a', 'b ' || n from generate_series(1, 5000) n;
update tide.settings s set value = '1000000' where s.key = 'coalesce_above';
update work.branches b set name = b.name || '!';
select is((tide.cache_check(:'since')).topics, null, 'more than one looks through is anything');
select is((select p.sequence from tide.position() p), (tide.cache_check(null)).sequence, 'the head');

select * from finish();
rollback;
