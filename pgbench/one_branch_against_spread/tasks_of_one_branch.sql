insert into work.tasks (id, git_branch_id, title)
select lpad(n::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 'task ' || n
from generate_series(100001, 105000) n;
