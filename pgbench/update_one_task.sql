-- One row, one transaction. updated_at is written here, so that the same work is asked of tables
-- without the trigger that keeps it.
\set n random(1, 50000)
\set status random(1, 5)
\set progress random(0, 100)
update work.tasks
set status = (array['todo', 'in_progress', 'blocked', 'done', 'cancelled'])[:status],
  progress_percentage = :progress, updated_at = now()
where id = lpad(:n::text, 32, '0')::uuid;
