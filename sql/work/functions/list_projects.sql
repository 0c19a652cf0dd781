create or replace function work.list_projects(
  user_id uuid,
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
  select p.items, p.next_id into items, next_id
  from work._page(array(
    select to_jsonb(x)
    from work.projects x
    where (list_projects.after is null or x.id > list_projects.after)
      and (list_projects.include_archived or x.archived_at is null)
      and (list_projects.user_id is null
        or x.id in (select v from work.visible_projects(list_projects.user_id) v))
    order by x.id
    limit list_projects.max_rows + 1
  ), list_projects.max_rows) p;
end
$$;
comment on function work.list_projects(uuid, boolean, uuid, int) is
  'A page of the projects that the user is a member of, of all when none is named; archived ones '
  'only when asked for.';
