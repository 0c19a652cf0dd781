create or replace function monitor.tg_rules__guard() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_began timestamptz := clock_timestamp();
  v_took_ms double precision;
begin
  begin
    new.last_value := monitor._number_of(new.query);
  exception when others then
    raise check_violation using
      message = 'the query cannot be run: ' || sqlerrm,
      constraint = 'rule_query_is_a_select_of_one_number', column = 'query';
  end;
  v_took_ms := extract(epoch from clock_timestamp() - v_began) * 1000;
  if v_took_ms > new.limit_ms then
    raise check_violation using
      message = format('the query took %s ms, its limit is %s', round(v_took_ms), new.limit_ms),
      constraint = 'rule_query_is_within_its_limit', column = 'query';
  end if;
  new.due_at := now();
  return new;
end
$$;
comment on function monitor.tg_rules__guard() is
  'Tries a rule''s query before it counts: one that cannot be run, or takes longer than its '
  'limit, is refused.';
