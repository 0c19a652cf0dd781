-- The branch itself is the primary of the event, so it is not repeated among `branches`.
create or replace function work.branch_cascade(changes tide.change[])
returns table (ordinal int, member text, id text, body jsonb)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select a.ordinal, a.member, a.id, a.body
  from work._affected_projects(branch_cascade.changes, 'project_id') a;
end
$$;
comment on function work.branch_cascade(tide.change[]) is
  'What a tick''s branch changes reach: the projects, both of them when a branch moves.';
