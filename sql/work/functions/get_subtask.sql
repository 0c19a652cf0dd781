create or replace function work.get_subtask(user_id uuid, subtask_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select work.authorize(get_subtask.user_id, 'read', 'subtask', get_subtask.subtask_id);
  select to_jsonb(s) from work.subtasks s where s.id = get_subtask.subtask_id
$$;
comment on function work.get_subtask(uuid, uuid) is
  'The row of a subtask, as far as the user, if named, may see it; P0002 otherwise.';
