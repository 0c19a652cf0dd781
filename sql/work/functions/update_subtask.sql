create or replace function work.update_subtask(subtask_id uuid, patch jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select work._check_patch(
    update_subtask.patch, array['title', 'status', 'progress_percentage']
  );
  update work.subtasks s
  set
    title = case when patch ? 'title' then patch ->> 'title' else s.title end,
    status = case when patch ? 'status' then patch ->> 'status' else s.status end,
    progress_percentage = case
      when patch ? 'progress_percentage' then (patch ->> 'progress_percentage')::numeric::int
      else s.progress_percentage end
  where s.id = update_subtask.subtask_id
  returning work._as_placed(to_jsonb(s), update_subtask.patch)
$$;
comment on function work.update_subtask(uuid, jsonb) is
  'Merge-patches a subtask; the row as it is then, null when there is none.';
