create or replace function monitor._value_of(bucket smallint) returns double precision
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when bucket = 0 then 0 else 1e-6 * power(1.1::float8, bucket) / 1.05 end
$$;
comment on function monitor._value_of(smallint) is
  'The number that stands for a bucket, as monitor.record_all() cuts them.';
