begin;
select plan(9);

insert into work.projects (id, name) values
  ('00000000-0000-7000-8000-00000000000a', 'a'), ('00000000-0000-7000-8000-00000000000b', 'b');
create function pg_temp.keep(era uuid, key text, seconds float8) returns void language sql as $$
  select tide.cache_put(era, key, 'test', array['project:00000000-0000-7000-8000-00000000000a'],
    tide._snapshot(), gen_random_uuid(), 7, 'v', 1, 'body of ' || key, seconds)
$$;
select tide.cache_begin() as era \gset
select pg_temp.keep(:'era', 'k', 60);
select is((select g.body from tide.cache_get(:'era', 'k') g), 'body of k', 'what was kept');
select is((select g.body from tide.cache_get(gen_random_uuid(), 'k') g), null, 'not in another era');
select pg_temp.keep(gen_random_uuid(), 'l', 60);
select is((select g.body from tide.cache_get(:'era', 'l') g), null, 'nothing is kept of another');
select pg_temp.keep(:'era', 'm', -1);
select is((select g.body from tide.cache_get(:'era', 'm') g), null, 'not beyond its time');

update work.projects p set name = 'x' where p.id = '00000000-0000-7000-8000-00000000000b';
select is((select g.body from tide.cache_get(:'era', 'k') g), 'body of k', 'it has another topic');
update work.projects p set name = 'x' where p.id = '00000000-0000-7000-8000-00000000000a';
select is((select g.body from tide.cache_get(:'era', 'k') g), null, 'it holds no longer');

select pg_temp.keep(:'era', 'n', 60);
select is(tide.cache_clear() > 0, true, 'clearing says how much went');
select isnt((tide.cache_check(null)).era, :'era', 'and begins another era');
set local role tide_writer;
select throws_ok($$ select tide.cache_get(gen_random_uuid(), 'k') $$, '42501', null,
  'what people were answered is nobody else''s');
reset role;

select * from finish();
rollback;
