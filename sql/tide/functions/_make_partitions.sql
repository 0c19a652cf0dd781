create or replace function tide._make_partitions() returns setof text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_day date;
  v_name text;
begin
  for v_day in
    select d::date from generate_series(current_date,
      current_date + tide._setting('partitions_ahead'), interval '1 day') d
  loop
    v_name := 'events_' || to_char(v_day, 'YYYYMMDD');
    continue when to_regclass('tide.' || v_name) is not null
      or exists (select from tide.events_default e where e.at >= v_day and e.at < v_day + 1);
    begin
      -- attaching locks less than creating as a partition: writers go on
      execute format(
        'create table tide.%I (like tide.events including defaults including indexes)', v_name);
      execute format(
        'alter table tide.events attach partition tide.%I for values from (%L) to (%L)',
        v_name, v_day::timestamptz, (v_day + 1)::timestamptz);
      return next v_name;
    exception when lock_not_available or check_violation then
      null;  -- somebody reads or has just used the default partition: next time
    end;
  end loop;
end
$$;
comment on function tide._make_partitions() is 'Daily partitions of the log from today on.';
