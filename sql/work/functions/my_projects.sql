create or replace function work.my_projects(act text default 'read')
returns setof uuid
language sql
stable
security definer
rows 20
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: it answers the policies, so none may apply to it
  select m.project_id
  from work.project_members m
  where m.user_id = work.current_user_id()
    and case my_projects.act
      when 'read' then true
      when 'write' then m.role in ('editor', 'admin')
      when 'manage' then m.role = 'admin'
    end
$$;
comment on function work.my_projects(text) is
  'Projects in which the person for whom this transaction acts may read, write or manage.';
