create or replace function work.tg_contexts__guard()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: like a foreign key, it looks branch and task up as the owner
begin
  if new.task_id is not null then
    select coalesce(new.branch_id, t.git_branch_id), coalesce(new.project_id, t.project_id)
    into new.branch_id, new.project_id
    from work.tasks t
    where t.id = new.task_id
    for key share;
  else
    select coalesce(new.project_id, b.project_id) into new.project_id
    from work.branches b
    where b.id = new.branch_id
    for key share;
  end if;
  if not found then
    raise foreign_key_violation using
      message = format('the %s of context "%s" does not exist',
        case when new.task_id is null then 'branch' else 'task' end, new.key),
      constraint = case when new.task_id is null then 'context_branch_is_in_same_project'
        else 'context_task_is_in_same_branch' end,
      schema = 'work', table = 'contexts';
  end if;
  return new;
end
$$;
comment on function work.tg_contexts__guard() is
  'Fills branch_id and project_id from the task or branch; the foreign keys verify them.';
