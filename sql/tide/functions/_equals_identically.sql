create or replace function tide._equals_identically(of pg_attribute) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select (y.typtype = 'e' or y.oid in (
      'boolean'::regtype, 'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'oid'::regtype,
      'uuid'::regtype, 'text'::regtype, 'varchar'::regtype, 'bytea'::regtype, 'date'::regtype,
      'time'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype))
    and not exists (select from pg_collation c
      where c.oid = (_equals_identically.of).attcollation and not c.collisdeterministic)
  from pg_type y
  where y.oid = (_equals_identically.of).atttypid
$$;
comment on function tide._equals_identically(pg_attribute) is
  'True of a column whose type has an equality in pg_catalog by which equal values look the same. '
  'By others 1.0 is 1.00, a day is 24 hours, and some types have none.';
