create or replace trigger _100_guard
  before insert on work.subtasks
  for each row
  when (new.git_branch_id is null or new.project_id is null)
  execute function work.tg_subtasks__guard();

create or replace trigger _101_guard_move
  before update of task_id on work.subtasks
  for each row
  when (new.task_id is distinct from old.task_id)
  execute function work.tg_subtasks__guard();

create or replace trigger _110_keep_updated_at
  before update on work.subtasks
  for each row
  execute function work.tg_all__keep_updated_at();
