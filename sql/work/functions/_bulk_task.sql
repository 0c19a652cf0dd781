create or replace function work._bulk_task(operation jsonb, user_id uuid)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action text := operation ->> 'action';
  v_id uuid := (operation ->> 'id')::uuid;
  v_data jsonb := coalesce(operation -> 'data', '{}');
  v_branch uuid := (v_data ->> 'git_branch_id')::uuid;
  v_task jsonb;
begin
  if user_id is not null and v_action = 'create' then
    perform work.authorize(user_id, 'write', 'branch', v_branch);
  elsif user_id is not null then
    perform work.authorize(user_id, 'write', 'task', v_id);
  end if;
  if v_action = 'create' then
    v_task := work.create_task(v_branch,
      v_data || case when v_id is null then '{}' else jsonb_build_object('id', v_id) end);
  elsif v_action = 'update' then
    v_task := work.update_task(v_id, v_data);
  elsif v_action = 'delete' then
    v_task := work.delete_task(v_id);
  else
    raise invalid_parameter_value using constraint = 'operation_action_is_known',
      message = format('action "%s" is not create, update or delete', v_action);
  end if;
  if v_task is null then
    raise no_data_found using
      message = format('task %s does not exist', v_id), constraint = 'task_exists';
  end if;
  return jsonb_build_object('action', v_action, 'id', v_task -> 'id');
end
$$;
comment on function work._bulk_task(jsonb, uuid) is
  'Performs one operation of work.bulk_tasks.';
