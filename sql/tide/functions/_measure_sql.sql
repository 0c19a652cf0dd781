create or replace function tide._measure_sql(source regclass, expression text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type regtype;
begin
  execute format('select pg_typeof(%s) from (select (null::%s).*) t', expression, source)
  into v_type;
  if v_type = 'boolean'::regtype then
    return format('case when %s then 1::bigint else 0::bigint end', expression);
  end if;
  return format('coalesce((%s)::bigint, 0)', expression);
end
$$;
comment on function tide._measure_sql(regclass, text) is
  'SQL for what a row adds to a measure: a number, or one where a condition is true.';
