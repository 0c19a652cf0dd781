create or replace function tide._five(found jsonb default '{}') returns jsonb
language sql immutable
as $$
  -- no SET clause, so that it is inlined
  select '{"branches": [], "tasks": [], "projects": [], "subtasks": [], "contexts": []}'::jsonb
    || found
$$;
comment on function tide._five(jsonb) is 'A cascade with its five arrays, always present.';
