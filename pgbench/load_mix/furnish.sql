-- 100 users in 20 projects of 10 branches with 20 tasks each; everybody is in three.
insert into work.users (handle) select 'user' || n from generate_series(1, 100) n;
insert into work.projects (id, name) select lpad(p::text, 32, '0')::uuid, 'project ' || p from generate_series(1, 20) p;
insert into work.project_members (project_id, user_id, role)
  select lpad(((n + k * 7) % 20 + 1)::text, 32, '0')::uuid, u.id, 'editor'
  from generate_series(1, 100) n cross join generate_series(0, 2) k join work.users u on u.handle = 'user' || n;
insert into work.branches (project_id, name)
  select p.id, 'branch ' || n from work.projects p, generate_series(1, 10) n;
insert into work.tasks (git_branch_id, title) select b.id, 'task ' || n from work.branches b, generate_series(1, 20) n;
