create or replace function work._affected_projects(changes tide.change[], column_name text)
returns table (ordinal int, member text, id text, body jsonb)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with mentioned as materialized (
    select m.ordinal, m.id
    from work._mentioned(_affected_projects.changes, _affected_projects.column_name) m
  )
  select m.ordinal, 'projects', m.id::text,
    coalesce(b.body, jsonb_build_object('id', m.id, 'deleted', true))
  from mentioned m
  left join work._project_bodies((select array_agg(distinct i.id) from mentioned i)) b
    on b.id = m.id;
end
$$;
comment on function work._affected_projects(tide.change[], text) is
  'The project summaries of the projects that a column of the changed rows names, each read once.';
