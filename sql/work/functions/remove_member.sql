create or replace function work.remove_member(project_id uuid, user_id uuid)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from work.project_members m
  where m.project_id = remove_member.project_id and m.user_id = remove_member.user_id
  returning to_jsonb(m)
$$;
comment on function work.remove_member(uuid, uuid) is
  'Ends a membership; its last image, null when there was none.';
