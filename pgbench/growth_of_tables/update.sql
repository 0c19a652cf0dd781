-- As ../update_one_task.sql, among :tasks tasks.
\set n random(1, :tasks)
\set status random(1, 5)
\set progress random(0, 100)
update work.tasks
set status = (array['todo', 'in_progress', 'blocked', 'done', 'cancelled'])[:status],
  progress_percentage = :progress, updated_at = now()
where id = lpad(:n::text, 32, '0')::uuid;
