-- The event's primary is the branch's row; its summary bears name and archived too, so a client
-- that keeps summaries hears of a new, renamed or archived branch here.
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
  from work._affected_branches(branch_cascade.changes, 'id') a
  union all
  select a.ordinal, a.member, a.id, a.body
  from work._affected_projects(branch_cascade.changes, 'project_id') a;
end
$$;
comment on function work.branch_cascade(tide.change[]) is
  'What a tick''s branch changes reach: their own summaries and the projects, both on a move.';
