create or replace function work._mentioned(changes tide.change[], column_name text)
returns table (ordinal int, id uuid)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select x.ordinal, x.id
  from (
    select distinct c.ordinal, unnest(array[
      c.record ->> _mentioned.column_name,
      c.delta -> _mentioned.column_name ->> 0,
      c.delta -> _mentioned.column_name ->> 1
    ])::uuid as id
    from unnest(_mentioned.changes) c
  ) x
  where x.id is not null;
end
$$;
comment on function work._mentioned(tide.change[], text) is
  'The ids that a column of the changed rows holds, held or was given: both sides of a move.';
