create or replace function tide._generated_name(watched tide.watched, operation text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select format('%s__%s', (_generated_name.watched).generated_as, _generated_name.operation)
$$;
comment on function tide._generated_name(tide.watched, text) is
  'Name of a function that watch generates; it stays when the table is renamed.';
