-- 100 branches of four projects of their own, 1,000 tasks in each
insert into work.projects (id, name)
select lpad(p::text, 32, '0')::uuid, 'large project ' || p from generate_series(101, 104) p;

insert into work.branches (id, project_id, name)
select lpad(b::text, 32, '0')::uuid, lpad((101 + b % 4)::text, 32, '0')::uuid, 'large branch ' || b
from generate_series(10001, 10100) b;

insert into work.tasks (id, git_branch_id, project_id, title, status, progress_percentage)
select lpad(n::text, 32, '0')::uuid, lpad((10001 + n % 100)::text, 32, '0')::uuid,
  lpad((101 + (10001 + n % 100) % 4)::text, 32, '0')::uuid, 'task ' || n,
  (array['todo', 'in_progress', 'done'])[n % 3 + 1], n % 101
from generate_series(200001, 300000) n;
