create or replace function work.bulk_tasks(operations jsonb, user_id uuid default null)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_index int := 0;
  v_results jsonb := jsonb_build_array();
  v_state text;
  v_message text;
  v_constraint text;
  v_column text;
begin
  if jsonb_typeof(operations) is distinct from 'array' then
    raise invalid_parameter_value using
      message = 'operations must be a JSON array', constraint = 'operations_are_an_array';
  end if;
  while v_index < jsonb_array_length(operations) loop
    v_results := v_results || work._bulk_task(operations -> v_index, user_id);
    v_index := v_index + 1;
  end loop;
  return v_results;
exception
  when others then
    get stacked diagnostics
      v_state = returned_sqlstate, v_message = message_text,
      v_constraint = constraint_name, v_column = column_name;
    raise using
      errcode = v_state, message = format('operation %s: %s', v_index, v_message),
      detail = jsonb_build_object('operation', v_index),
      constraint = v_constraint, column = v_column, schema = 'work', table = 'tasks';
end
$$;
comment on function work.bulk_tasks(jsonb, uuid) is
  'Performs [{action: create|update|delete, id?, data?}…], all or nothing, as far as the user, '
  'if named, may; answers [{action, id}…]. A refusal keeps its SQLSTATE and constraint, its '
  'detail is {"operation": index from 0}.';
