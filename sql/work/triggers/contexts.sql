create or replace trigger _100_guard
  before insert or update of project_id, branch_id, task_id on work.contexts
  for each row
  when (
    new.project_id is null and (new.branch_id is not null or new.task_id is not null)
    or new.branch_id is null and new.task_id is not null
  )
  execute function work.tg_contexts__guard();

create or replace trigger _110_keep_updated_at
  before update on work.contexts
  for each row
  execute function work.tg_all__keep_updated_at();
