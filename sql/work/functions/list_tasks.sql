create or replace function work.list_tasks(
  user_id uuid,
  branch_id uuid,
  filter jsonb default '{}',
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
  perform work.authorize(list_tasks.user_id, 'read', 'branch', list_tasks.branch_id);
  select p.items, p.next_id into items, next_id
  from work._page(array(
    select to_jsonb(t)
    from work.tasks t
    where t.git_branch_id = list_tasks.branch_id
      and (list_tasks.after is null or t.id > list_tasks.after)
      and (not filter ? 'status' or filter -> 'status' ? t.status)
      and (not filter ? 'priority' or filter -> 'priority' ? t.priority)
      and (not filter ? 'assignee_id'
        or t.assignee_id is not distinct from (filter ->> 'assignee_id')::uuid)
      and (not filter ? 'parent_id'
        or t.parent_id is not distinct from (filter ->> 'parent_id')::uuid)
    order by t.id
    limit list_tasks.max_rows + 1
  ), list_tasks.max_rows) p;
end
$$;
comment on function work.list_tasks(uuid, uuid, jsonb, uuid, int) is
  'A page of the tasks of a branch, as far as the user, if named, may see it. filter: {status: '
  '[…], priority: […], assignee_id, parent_id}; a null id stands for tasks without one.';
