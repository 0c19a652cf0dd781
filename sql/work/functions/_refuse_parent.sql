create or replace function work._refuse_parent(reason text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise check_violation using
    message = _refuse_parent.reason, constraint = 'task_parent_forms_no_cycle',
    schema = 'work', table = 'tasks', column = 'parent_id',
    hint = 'Choose a parent that is not the task itself or below it.';
end
$$;
comment on function work._refuse_parent(text) is
  'Raises check_violation for task_parent_forms_no_cycle, giving the reason.';
