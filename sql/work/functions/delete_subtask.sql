create or replace function work.delete_subtask(subtask_id uuid)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from work.subtasks x
  where x.id = delete_subtask.subtask_id
  returning to_jsonb(x)
$$;
comment on function work.delete_subtask(uuid) is
  'Deletes a subtask; its last image, null when there was none.';
