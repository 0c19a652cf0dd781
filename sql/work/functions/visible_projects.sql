create or replace function work.visible_projects(user_id uuid)
returns setof uuid
language sql
stable
rows 20
set search_path = pg_catalog, pg_temp
as $$
  select m.project_id
  from work.project_members m
  where m.user_id = visible_projects.user_id
$$;
comment on function work.visible_projects(uuid) is
  'The projects a user is a member of, archived ones included.';
