create or replace function work._demo_tasks(task_count int, branches uuid[], users uuid[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tasks uuid[];
begin
  -- Each branch's tasks are a tree of five: task n is below task (n + 3) / 5, or at the top.
  with planned as materialized (
    select
      tide.uuid_v7() as id,
      _demo_tasks.branches[1 + floor(cardinality(_demo_tasks.branches) * random() ^ 1.5)::int]
        as branch_id,
      random() as fate, random() as weight, random() as share, random() as luck,
      now() - interval '1 day' * random() * 60 as created_at,
      _demo_tasks.users[1 + floor(cardinality(_demo_tasks.users) * 1.3 * random())::int] as user_id
    from generate_series(1, _demo_tasks.task_count) i
  ),
  placed as materialized (
    select p.*, row_number() over (partition by p.branch_id order by p.created_at) as n
    from planned p
  ),
  added as (
    insert into work.tasks (id, git_branch_id, project_id, parent_id, title, status, priority,
      progress_percentage, assignee_id, created_at, updated_at)
    select
      p.id, p.branch_id, b.project_id, above.id, work._demo_title(p.luck, p.share),
      s.status, case when p.weight < 0.3 then 'low' when p.weight < 0.75 then 'medium'
        when p.weight < 0.94 then 'high' else 'urgent' end,
      case s.status when 'done' then 100 when 'todo' then 0 else 5 + floor(p.share * 90)::int end,
      p.user_id, p.created_at, p.created_at + (now() - p.created_at) * p.share
    from placed p
    join work.branches b on b.id = p.branch_id
    left join placed above on above.branch_id = p.branch_id and above.n = (p.n + 3) / 5
      and p.n > 1 and p.luck < 0.35
    cross join lateral (select case when p.fate < 0.36 then 'todo' when p.fate < 0.56 then
      'in_progress' when p.fate < 0.62 then 'blocked' when p.fate < 0.95 then 'done'
      else 'cancelled' end as status) s
    returning id
  )
  select array_agg(a.id) into v_tasks from added a;
  return v_tasks;
end
$$;
comment on function work._demo_tasks(int, uuid[], uuid[]) is
  'Tasks in every state, some branches busier than others, a third of them below another task.';
