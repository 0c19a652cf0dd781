-- The row as JSON in a notification of every transaction; nothing is kept, nothing is counted.
create function work.tg_tasks__notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('task_changes', json_build_object('entity', 'task', 'action', 'update',
    'primary', to_json(new))::text);
  return null;
end
$$;
create trigger notify after update on work.tasks
for each row when (old.* is distinct from new.*) execute function work.tg_tasks__notify();
