create or replace function tide._with_as_of(body jsonb, as_of bigint) returns json
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select (body || jsonb_build_object('asOf', as_of))::json
$$;
comment on function tide._with_as_of(jsonb, bigint) is 'A row with the sequence that it is as of.';
