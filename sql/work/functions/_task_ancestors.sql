-- The bound of 101 also ends a walk around a ring.
create or replace function work._task_ancestors(first_id uuid)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ancestors uuid[] := array[]::uuid[];
  v_id uuid := _task_ancestors.first_id;
begin
  while v_id is not null and cardinality(v_ancestors) <= 100 and v_id <> all (v_ancestors) loop
    v_ancestors := v_ancestors || v_id;
    v_id := (select t.parent_id from work.tasks t where t.id = v_id);
  end loop;
  return v_ancestors;
end
$$;
comment on function work._task_ancestors(uuid) is
  'The task and what is above it, nearest first; 101 of them at most, a ring only once.';
