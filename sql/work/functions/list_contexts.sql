create or replace function work.list_contexts(
  user_id uuid,
  project_id uuid,
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
  perform work.authorize(list_contexts.user_id, 'read', 'project', list_contexts.project_id);
  select p.items, p.next_id into items, next_id
  from work._page(array(
    select to_jsonb(x)
    from work.contexts x
    where x.project_id = list_contexts.project_id
      and (list_contexts.after is null or x.id > list_contexts.after)
      and (not filter ? 'key' or x.key = filter ->> 'key')
      and (not filter ? 'branch_id'
        or x.branch_id is not distinct from (filter ->> 'branch_id')::uuid)
      and (not filter ? 'task_id'
        or x.task_id is not distinct from (filter ->> 'task_id')::uuid)
    order by x.id
    limit list_contexts.max_rows + 1
  ), list_contexts.max_rows) p;
end
$$;
comment on function work.list_contexts(uuid, uuid, jsonb, uuid, int) is
  'A page of what is known of a project and everything in it, as far as the user, if named, may '
  'see it. filter: {key, branch_id, task_id}; a null id stands for contexts without one.';
