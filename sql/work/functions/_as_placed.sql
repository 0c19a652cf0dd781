create or replace function work._as_placed(stored jsonb, patch jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text;
begin
  select f.name into v_field
  from jsonb_object_keys(_as_placed.patch) f (name)
  where f.name = any (array['id', 'project_id', 'git_branch_id', 'branch_id', 'task_id'])
    and _as_placed.patch -> f.name is distinct from _as_placed.stored -> f.name
  limit 1;
  if found and _as_placed.stored is not null then
    raise invalid_parameter_value using
      message = format('field "%s" cannot be changed here', v_field),
      constraint = 'patch_moves_nothing', column = v_field,
      hint = 'Use the move of that entity.';
  end if;
  return _as_placed.stored;
end
$$;
comment on function work._as_placed(jsonb, jsonb) is
  'The stored row as it is; refuses a patch that names another place for it than it has.';
