create or replace function work.list_branches(
  user_id uuid,
  project_id uuid,
  include_archived boolean default false,
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
  perform work.authorize(list_branches.user_id, 'read', 'project', list_branches.project_id);
  select p.items, p.next_id into items, next_id
  from work._page(array(
    select to_jsonb(b)
    from work.branches b
    where b.project_id = list_branches.project_id
      and (list_branches.after is null or b.id > list_branches.after)
      and (list_branches.include_archived or b.archived_at is null)
    order by b.id
    limit list_branches.max_rows + 1
  ), list_branches.max_rows) p;
end
$$;
comment on function work.list_branches(uuid, uuid, boolean, uuid, int) is
  'A page of the branches of a project, as far as the user, if named, may see it; archived ones '
  'only when asked for.';
