create or replace function work._demo_subtasks(tasks uuid[])
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_titles text[] := array['Agree on the goal', 'Write it', 'Write the test', 'Ask for a review'];
  v_count bigint;
begin
  insert into work.subtasks (task_id, git_branch_id, project_id, title, status,
    progress_percentage, created_at, updated_at)
  select
    t.id, t.git_branch_id, t.project_id, v_titles[n], s.status,
    case s.status when 'done' then 100 when 'todo' then 0 else 50 end,
    t.created_at, t.updated_at
  from (
    select k.id, k.git_branch_id, k.project_id, k.status, k.created_at, k.updated_at,
      floor(random() * 8)::int as steps
    from unnest(_demo_subtasks.tasks) i (id)
    join work.tasks k on k.id = i.id
  ) t
  cross join lateral generate_series(1, least(t.steps, 4)) n
  cross join lateral (select case
    when t.status = 'done' or t.status <> 'todo' and n = 1 then 'done'
    when t.status = 'in_progress' and n = 2 then 'in_progress' else 'todo' end as status) s
  where t.steps < 5;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function work._demo_subtasks(uuid[]) is
  'Up to four steps for half of the tasks, as far along as the task is; how many there are.';
