create or replace function work.list_subtasks(
  user_id uuid,
  task_id uuid,
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
  perform work.authorize(list_subtasks.user_id, 'read', 'task', list_subtasks.task_id);
  select p.items, p.next_id into items, next_id
  from work._page(array(
    select to_jsonb(s)
    from work.subtasks s
    where s.task_id = list_subtasks.task_id
      and (list_subtasks.after is null or s.id > list_subtasks.after)
    order by s.id
    limit list_subtasks.max_rows + 1
  ), list_subtasks.max_rows) p;
end
$$;
comment on function work.list_subtasks(uuid, uuid, uuid, int) is
  'A page of the subtasks of a task, as far as the user, if named, may see it.';
