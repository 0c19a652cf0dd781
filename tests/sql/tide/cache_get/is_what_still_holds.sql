begin;
select plan(9);

create temp table begun as select tide.cache_begin() as era;
create function pg_temp.keep(era uuid, key text, seconds float8) returns void language sql as $$
  select tide.cache_put(era, key, 'test', array['project:00000000-0000-7000-8000-00000000000a'],
    tide._snapshot(), gen_random_uuid(), 7, 'v', 1, 'body of ' || key, seconds)
$$;
create function pg_temp.kept(era uuid, key text) returns text language sql as $$
  select g.body from tide.cache_get(era, key) g
$$;

select pg_temp.keep(b.era, 'k', 60) from begun b;
select is(pg_temp.kept(b.era, 'k'), 'body of k', 'what was kept') from begun b;
select is(pg_temp.kept(gen_random_uuid(), 'k'), null, 'not in another era');
select pg_temp.keep(gen_random_uuid(), 'l', 60);
select is(pg_temp.kept(b.era, 'l'), null, 'nothing is kept of another') from begun b;
select pg_temp.keep(b.era, 'm', -1) from begun b;
select is(pg_temp.kept(b.era, 'm'), null, 'not beyond its time') from begun b;

insert into work.projects (id, name) values ('00000000-0000-7000-8000-00000000000b', 'b');
select is(pg_temp.kept(b.era, 'k'), 'body of k', 'it has another topic') from begun b;
insert into work.projects (id, name) values ('00000000-0000-7000-8000-00000000000a', 'a');
select is(pg_temp.kept(b.era, 'k'), null, 'it holds no longer') from begun b;

select pg_temp.keep(b.era, 'n', 60) from begun b;
select is(tide.cache_clear() > 0, true, 'clearing says how much went');
select isnt((tide.cache_check(null)).era, b.era, 'and begins another era') from begun b;
set local role tide_writer;
select throws_ok($$ select tide.cache_get(gen_random_uuid(), 'k') $$, '42501', null,
  'what people were answered is nobody else''s');
reset role;

select * from finish();
rollback;
