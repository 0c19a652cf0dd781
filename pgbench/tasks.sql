\if :{?tasks}
\else
  \set tasks 50000
\endif
-- 40 projects, 1,000 branches, 50,000 tasks or as many as -v tasks=… says. Ids are numbers in the clothes of a uuid, so that a
-- pgbench script can name one: lpad(:n::text, 32, '0')::uuid.
insert into work.projects (id, name)
select lpad(p::text, 32, '0')::uuid, 'project ' || p from generate_series(1, 40) p;

insert into work.branches (id, project_id, name)
select lpad(b::text, 32, '0')::uuid, lpad((b % 40 + 1)::text, 32, '0')::uuid, 'branch ' || b
from generate_series(1, 1000) b;

insert into work.tasks (id, git_branch_id, project_id, title, description, status, priority, progress_percentage)
select
  lpad(n::text, 32, '0')::uuid,
  lpad((n % 1000 + 1)::text, 32, '0')::uuid,
  lpad(((n % 1000 + 1) % 40 + 1)::text, 32, '0')::uuid,
  'task ' || n,
  'What is to be done, and how one sees that it is done; a sentence or two, as people write.',
  (array['todo', 'in_progress', 'blocked', 'done', 'cancelled'])[n / 1000 % 5 + 1],
  (array['low', 'medium', 'high', 'urgent'])[n / 1000 % 4 + 1],
  n / 1000 % 101
from generate_series(1, :tasks) n;

insert into work.users (handle) values ('bench');
insert into work.project_members (project_id, user_id, role)
select lpad('1', 32, '0')::uuid, u.id, 'admin' from work.users u where u.handle = 'bench';
