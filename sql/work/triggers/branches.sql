create or replace trigger _110_keep_updated_at
  before update on work.branches
  for each row
  execute function work.tg_all__keep_updated_at();
