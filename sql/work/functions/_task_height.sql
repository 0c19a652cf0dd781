create or replace function work._task_height(task_id uuid)
returns int
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive below (id, depth) as (
    select _task_height.task_id, 0
    union
    select t.id, b.depth + 1
    from below b
    join work.tasks t on t.parent_id = b.id
    where b.depth < 101
  )
  select max(b.depth) from below b
$$;
comment on function work._task_height(uuid) is
  'How many levels of tasks are below a task: 0 for one without children, 101 for too many.';
