begin;
select plan(7);

prepare rule (text) as
insert into monitor.rules (name, query, threshold, limit_ms) values ('r', $1, 1, 100);
select throws_like($$ execute rule('select nonsense') $$, 'the query cannot be run%',
  'one that does not compile is refused');
select throws_like($$ execute rule('select 1, 2') $$, 'the query cannot be run%',
  'one of two numbers too');
select throws_like($$ execute rule('select pg_sleep(0.2) is null') $$, 'the query cannot%',
  'and one of no number');
select throws_like($$ execute rule('select 1 from pg_sleep(0.2)') $$, 'the query took%',
  'and one that takes too long');
select throws_like($$ execute rule(
  'with w as (insert into tide.problems (target, message) values ($q$a$q$, $q$b$q$) returning 1) select 1') $$,
  'the query cannot%', 'and one that writes');
create function pg_temp.blamed(query text) returns text language plpgsql as $$
declare
  v_column text;
begin
  insert into monitor.rules (name, query, threshold, limit_ms) values ('r', query, 1, 100);
  return null;
exception when check_violation then
  get stacked diagnostics v_column = column_name;
  return v_column;
end
$$;
select set_eq($$ select pg_temp.blamed(q) from unnest('{nonsense,select 1 from pg_sleep(0.2)}'::text[]) q $$,
  $$ values ('query') $$, 'each says which field is to blame');
select lives_ok($$ execute rule('select 2;') $$, 'a query of one number is one');

select * from finish();
rollback;
