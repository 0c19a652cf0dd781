create or replace function monitor._make_metric_partitions(
  parent regclass, step interval, keep interval
) returns setof text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  v_unit text := case when step < interval '28 days' then 'day' else 'month' end;
  v_from timestamptz;
  v_name text;
begin
  for v_from in select date_trunc(v_unit, now()) + g * step from generate_series(0, 2) g loop
    v_name := parent::text || to_char(v_from, '_YYYYMMDD');
    if to_regclass(v_name) is null then
      begin
        execute format('create table %s partition of %s for values from (%L) to (%L)',
          v_name, parent, v_from, v_from + step);
        return next 'made ' || v_name;
      exception when check_violation or lock_not_available then
        null;  -- the default partition has or had some of it
      end;
    end if;
  end loop;
  for v_name in
    select i.inhrelid::regclass::text from pg_inherits i
    where i.inhparent = parent and i.inhrelid::regclass::text ~ '_\d{8}$'
      and to_date(right(i.inhrelid::regclass::text, 8), 'YYYYMMDD') + step < now() - keep
  loop
    execute format('drop table %s', v_name);
    return next 'dropped ' || v_name;
  end loop;
end
$$;
comment on function monitor._make_metric_partitions(regclass, interval, interval) is
  'Partitions of rollups from now on, and none of what is past keeping; says what it did.';
