create or replace function work._demo_contexts(projects uuid[], branches uuid[], tasks uuid[])
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  insert into work.contexts (project_id, branch_id, task_id, key, body)
  select p.id, null::uuid, null::uuid, 'charter',
    jsonb_build_object('goal', 'One source of truth', 'language', 'en')
  from unnest(_demo_contexts.projects) p (id)
  union all
  select b.project_id, b.id, null, 'decisions',
    jsonb_build_object('summary', 'Keep ' || b.name || ' small', 'confidence', 0.8)
  from unnest(_demo_contexts.branches) i (id)
  join work.branches b on b.id = i.id
  union all
  select t.project_id, t.git_branch_id, t.id, 'notes',
    jsonb_build_object('found', 'Related: ' || lower(t.title), 'confidence', 0.6)
  from unnest(_demo_contexts.tasks) with ordinality i (id, n)
  join work.tasks t on t.id = i.id
  where i.n % 20 = 0;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function work._demo_contexts(uuid[], uuid[], uuid[]) is
  'A charter per project, decisions per branch, notes for one task in twenty; how many there are.';
