-- 100 rows, one event each; every client has rows of its own, so nobody waits for anybody
\set first :client_id * 3000 + random(0, 28) * 100 + 1
\set progress random(0, 100)
update work.tasks set progress_percentage = (:progress + right(title, 2)::int) % 101,
  status = case when :progress < 30 then 'done' else 'in_progress' end
where id between lpad(:first::text, 32, '0')::uuid and lpad((:first + 99)::text, 32, '0')::uuid;
