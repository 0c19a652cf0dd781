-- The tasks of project 1: those whose number ends in 39, 79, … (n % 40 = 39).
\set n random(0, 1249) * 40 + 39
\set status random(1, 5)
\set progress random(0, 100)
update work.tasks
set status = (array['todo', 'in_progress', 'blocked', 'done', 'cancelled'])[:status],
  progress_percentage = :progress, updated_at = now()
where id = lpad(:n::text, 32, '0')::uuid;
