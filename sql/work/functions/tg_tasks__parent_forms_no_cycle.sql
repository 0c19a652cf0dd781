create or replace function work.tg_tasks__parent_forms_no_cycle()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: a writer who may insert a task need not be allowed to read its ancestors
declare
  v_ancestors uuid[];
  v_height int := 0;
begin
  -- Two moves that are harmless alone could close a ring together, so the moves of one project
  -- queue. A new task cannot be an ancestor of anything that is committed: it need not.
  if tg_op = 'UPDATE' then
    perform pg_advisory_xact_lock(hashtextextended('work.tasks.parent:' || new.project_id, 0));
  end if;
  v_ancestors := work._task_ancestors(new.parent_id);
  if new.id = any (v_ancestors) then
    perform work._refuse_parent(format('task %s would be its own ancestor', new.id));
  end if;
  if tg_op = 'UPDATE' then
    -- A snapshot older than the lock does not see the move before: the row locks refuse it.
    if current_setting('transaction_isolation') <> 'read committed' then
      perform 1 from work.tasks t where t.id = any (v_ancestors) order by t.id for share;
    end if;
    v_height := work._task_height(new.id);
  end if;
  if cardinality(v_ancestors) + v_height > 100 then
    perform work._refuse_parent(format('task %s would be more than 100 levels deep', new.id));
  end if;
  return null;
end
$$;
comment on function work.tg_tasks__parent_forms_no_cycle() is
  'Refuses a parent that descends from the task, and chains of more than 100 ancestors.';
