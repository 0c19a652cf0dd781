-- The usual design, written as well as it allows: one trigger, no work when nothing counted has
-- changed, the payload small. On the same tables, without our triggers.
create table work.branch_counters (
  branch_id uuid primary key references work.branches (id) on delete cascade,
  total_tasks int not null default 0,
  completed_tasks int not null default 0,
  in_progress_tasks int not null default 0,
  progress_sum bigint not null default 0
) with (fillfactor = 50);

create table work.project_counters (
  project_id uuid primary key references work.projects (id) on delete cascade,
  total_tasks int not null default 0,
  completed_tasks int not null default 0,
  in_progress_tasks int not null default 0,
  progress_sum bigint not null default 0
) with (fillfactor = 50);

insert into work.branch_counters
select t.git_branch_id, count(*), count(*) filter (where t.status = 'done'),
  count(*) filter (where t.status = 'in_progress'), sum(t.progress_percentage)
from work.tasks t group by 1;

insert into work.project_counters
select t.project_id, count(*), count(*) filter (where t.status = 'done'),
  count(*) filter (where t.status = 'in_progress'), sum(t.progress_percentage)
from work.tasks t group by 1;

create function work.tg_tasks__count_and_notify() returns trigger language plpgsql as $$
declare
  v_completed int := (new.status = 'done')::int - (old.status = 'done')::int;
  v_in_progress int := (new.status = 'in_progress')::int - (old.status = 'in_progress')::int;
  v_progress int := new.progress_percentage - old.progress_percentage;
  v_branch work.branch_counters;
  v_project work.project_counters;
begin
  update work.branch_counters b set completed_tasks = b.completed_tasks + v_completed,
    in_progress_tasks = b.in_progress_tasks + v_in_progress, progress_sum = b.progress_sum + v_progress
  where b.branch_id = new.git_branch_id returning b.* into v_branch;
  update work.project_counters p set completed_tasks = p.completed_tasks + v_completed,
    in_progress_tasks = p.in_progress_tasks + v_in_progress, progress_sum = p.progress_sum + v_progress
  where p.project_id = new.project_id returning p.* into v_project;
  perform pg_notify('task_changes', json_build_object('entity', 'task', 'action', 'update',
    'primary', to_json(new), 'branch', to_json(v_branch), 'project', to_json(v_project))::text);
  return null;
end
$$;
create trigger count_and_notify after update on work.tasks
for each row when (old.* is distinct from new.*) execute function work.tg_tasks__count_and_notify();
