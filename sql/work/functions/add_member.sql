create or replace function work.add_member(
  project_id uuid,
  user_id uuid,
  role text default 'viewer'
)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into work.project_members as m (project_id, user_id, role)
  values (add_member.project_id, add_member.user_id, add_member.role)
  on conflict on constraint project_members_pkey
  do update set role = excluded.role
  returning to_jsonb(m)
$$;
comment on function work.add_member(uuid, uuid, text) is
  'Makes a user a member of a project, or gives a member another role.';
