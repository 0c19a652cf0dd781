create or replace function work._check_patch(patch jsonb, writable text[])
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text;
begin
  if jsonb_typeof(_check_patch.patch) is distinct from 'object' then
    raise invalid_parameter_value using
      message = 'the fields must be a JSON object', constraint = 'patch_is_an_object';
  end if;
  select f.name into v_field
  from jsonb_object_keys(_check_patch.patch) f (name)
  where f.name <> all (_check_patch.writable)
    and f.name <> all (array['id', 'project_id', 'git_branch_id', 'branch_id', 'task_id',
      'created_at', 'updated_at', 'asOf', 'txid'])
  limit 1;
  if found then
    raise invalid_parameter_value using
      message = format('field "%s" is not known or cannot be set here', v_field),
      constraint = 'patch_names_known_fields', column = v_field,
      hint = 'Fields: ' || array_to_string(_check_patch.writable, ', ');
  end if;
end
$$;
comment on function work._check_patch(jsonb, text[]) is
  'Refuses a patch with an unknown field. A whole row sent back is fine: work._as_placed looks '
  'at the fields that say where it belongs; times, asOf and txid are ignored.';
