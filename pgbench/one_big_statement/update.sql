update work.tasks
set status = case status when 'done' then 'todo' else 'done' end, progress_percentage = 50,
  updated_at = now();
