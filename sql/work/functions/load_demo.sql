create or replace function work.load_demo(
  projects int default 40,
  branches int default 400,
  tasks int default 40000,
  seed int default 1
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_users uuid[];
  v_projects uuid[];
  v_branches uuid[];
  v_tasks uuid[];
begin
  perform setseed(((load_demo.seed % 1000) / 1000.0)::float8);
  v_users := work._demo_users();
  v_projects := work._demo_projects(load_demo.projects, v_users);
  v_branches := work._demo_branches(load_demo.branches, v_projects);
  v_tasks := work._demo_tasks(load_demo.tasks, v_branches, v_users);
  return jsonb_build_object(
    'users', cardinality(v_users),
    'projects', cardinality(v_projects),
    'branches', cardinality(v_branches),
    'tasks', cardinality(v_tasks),
    'subtasks', work._demo_subtasks(v_tasks),
    'contexts', work._demo_contexts(v_projects, v_branches, v_tasks)
  );
end
$$;
comment on function work.load_demo(int, int, int, int) is
  'Adds believable projects to play with and answers how many rows of each kind; user "demo" is '
  'admin of all of them. The same seed gives the same shapes.';
