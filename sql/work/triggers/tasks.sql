-- Nothing to fill when the writer names the project: the foreign key verifies it.
create or replace trigger _100_guard
  before insert on work.tasks
  for each row
  when (new.project_id is null)
  execute function work.tg_tasks__guard();

create or replace trigger _101_guard_move
  before update of git_branch_id on work.tasks
  for each row
  when (new.git_branch_id is distinct from old.git_branch_id and new.project_id = old.project_id)
  execute function work.tg_tasks__guard();

create or replace trigger _110_keep_updated_at
  before update on work.tasks
  for each row
  execute function work.tg_all__keep_updated_at();

-- A constraint trigger cannot be replaced.
drop trigger if exists _200_parent_forms_no_cycle on work.tasks;
create constraint trigger _200_parent_forms_no_cycle
  after insert on work.tasks
  for each row
  when (new.parent_id is not null)
  execute function work.tg_tasks__parent_forms_no_cycle();

drop trigger if exists _201_moved_parent_forms_no_cycle on work.tasks;
create constraint trigger _201_moved_parent_forms_no_cycle
  after update of parent_id on work.tasks
  for each row
  when (new.parent_id is not null and new.parent_id is distinct from old.parent_id)
  execute function work.tg_tasks__parent_forms_no_cycle();
