insert into work.users (handle) values ('three'), ('ten'), ('all');
insert into work.projects (id, name)
  select lpad(n::text, 32, '0')::uuid, 'project ' || n from generate_series(1, 150) n;
insert into work.project_members (project_id, user_id, role)
  select p.id, u.id, 'editor' from work.projects p
  join (values ('three', 3), ('ten', 10), ('all', 150)) m (handle, count) on right(p.id::text, 12)::int <= m.count
  join work.users u on u.handle = m.handle;
insert into work.branches (project_id, name)
  select p.id, 'branch ' || n from work.projects p, generate_series(1, 10) n;
insert into work.tasks (git_branch_id, title, status, progress_percentage)
  select b.id, 'task ' || n, (array['todo', 'in_progress', 'blocked', 'done'])[n % 4 + 1], n * 10
  from work.branches b, generate_series(1, 10) n;
