-- 100,000 in all, 100 in each of the 1,000 branches
insert into work.tasks (id, git_branch_id, project_id, title)
select lpad(n::text, 32, '0')::uuid, lpad((n % 1000 + 1)::text, 32, '0')::uuid,
  lpad(((n % 1000 + 1) % 40 + 1)::text, 32, '0')::uuid, 'task ' || n
from generate_series(50001, 100000) n;
