create or replace function monitor.record(
  name text, value double precision, labels jsonb default '{}',
  at timestamptz default pg_catalog.now()
) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select monitor.record_all(jsonb_build_array(jsonb_build_object(
    'name', record.name, 'value', record.value, 'labels', record.labels, 'at', record.at)))
$$;
comment on function monitor.record(text, double precision, jsonb, timestamptz) is
  'Records one number; of many at once monitor.record_all().';
