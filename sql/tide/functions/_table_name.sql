create or replace function tide._table_name(target oid) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select n.nspname || '.' || c.relname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid = _table_name.target
$$;
comment on function tide._table_name(oid) is 'schema.table as topics write it, without quotes.';
