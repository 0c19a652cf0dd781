create or replace function work.list_members(
  user_id uuid,
  project_id uuid,
  after uuid default null,
  max_rows int default 50,
  out items jsonb,
  out next_id uuid
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform work.authorize(list_members.user_id, 'read', 'project', list_members.project_id);
  select p.items, p.next_id into items, next_id
  from work._page(array(
    select to_jsonb(m)
      || jsonb_build_object('handle', u.handle, 'display_name', u.display_name)
    from work.project_members m
    join work.users u on u.id = m.user_id
    where m.project_id = list_members.project_id
      and (list_members.after is null or m.user_id > list_members.after)
    order by m.user_id
    limit list_members.max_rows + 1
  ), list_members.max_rows, 'user_id') p;
end
$$;
comment on function work.list_members(uuid, uuid, uuid, int) is
  'A page of the members of a project, with their names, as far as the user, if named, may see it.';
