create or replace function work.may(user_id uuid, act text, entity text, id uuid)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case may.act
    when 'read' then true
    when 'write' then m.role in ('editor', 'admin')
    when 'manage' then m.role = 'admin'
  end
  from work.project_members m
  where m.user_id = may.user_id and m.project_id = work.project_of(may.entity, may.id)
$$;
comment on function work.may(uuid, text, text, uuid) is
  'Whether a member may read, write or manage an entity; null (not found) when it does not '
  'exist or the user may not know that it does.';
