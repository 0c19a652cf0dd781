create or replace function work.set_context(
  project_id uuid,
  key text,
  body jsonb,
  branch_id uuid default null,
  task_id uuid default null
)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into work.contexts as x (project_id, branch_id, task_id, key, body)
  values (
    set_context.project_id, set_context.branch_id, set_context.task_id, set_context.key,
    set_context.body
  )
  -- as in the index context_key_is_unique_in_its_place
  on conflict (
    project_id,
    (coalesce(branch_id, '00000000-0000-0000-0000-000000000000')),
    (coalesce(task_id, '00000000-0000-0000-0000-000000000000')),
    key
  )
  do update set body = excluded.body
  returning to_jsonb(x)
$$;
comment on function work.set_context(uuid, text, jsonb, uuid, uuid) is
  'Writes what is known under a key of a project, a branch or a task, replacing what was there.';
