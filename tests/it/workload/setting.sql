-- What the storm begins with.
update tide.settings set value = '40' where key = 'coalesce_above';
do $$ begin
  execute format('alter database %I set deadlock_timeout = ''50ms''', current_database());
end $$;

insert into work.users (handle) select 'user ' || i from generate_series(1, 5) i;
insert into work.projects (name) select 'project ' || i from generate_series(1, 4) i;
insert into work.branches (project_id, name)
select p.id, 'branch ' || i from work.projects p, generate_series(1, 3) i;
insert into work.tasks (git_branch_id, title)
select b.id, 'task ' || i from work.branches b, generate_series(1, 10) i;
insert into work.subtasks (task_id, title) select t.id, 'step' from work.tasks t where random() < 0.2;
