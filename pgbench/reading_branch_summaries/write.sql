\set n random(200001, 300000)
\set progress random(0, 100)
update work.tasks set status = (array['todo', 'in_progress', 'done'])[:n % 3 + 1],
  progress_percentage = :progress
where id = lpad(:n::text, 32, '0')::uuid;
