create or replace function work.member_cascade(changes tide.change[])
returns table (ordinal int, member text, id text, body jsonb)
language plpgsql
stable
set plan_cache_mode = force_generic_plan
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select a.ordinal, a.member, a.id, a.body
  from work._affected_projects(member_cascade.changes, 'project_id') a;
end
$$;
comment on function work.member_cascade(tide.change[]) is
  'What a tick''s membership changes reach: the projects.';
