create or replace function tide.cascade(entity text, key text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
  -- security definer: reads rows of any watched table
  return (
    select coalesce(
      (
        select c.cascade::jsonb
        from tide._records(cascade.entity, array[cascade.key],
          (tide.position()).sequence) r
        cross join lateral tide._cascades(array[
          row(1, cascade.entity, 'update', cascade.key, r.topics, r.record, null)::tide.change
        ], (tide.position()).sequence) c
      ),
      '{"branches": [], "tasks": [], "projects": [], "subtasks": [], "contexts": []}')
  );
end
$$;
comment on function tide.cascade(text, text) is
  'What one entity belongs to as it stands now: branches, tasks, projects, subtasks, contexts.';
