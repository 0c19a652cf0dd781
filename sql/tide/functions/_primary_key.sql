create or replace function tide._primary_key(target regclass) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)), '{}')
  from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
  where i.indrelid = _primary_key.target and i.indisprimary
$$;
comment on function tide._primary_key(regclass) is
  'Columns of the primary key, empty when there is none.';
