create or replace trigger _100_guard
  before insert or update on monitor.webhooks
  for each row
  execute function monitor.tg_webhooks__guard();

create or replace trigger _300_begin
  after insert on monitor.webhooks
  for each row
  execute function monitor.tg_webhooks__begin();

create or replace trigger _310_forget
  after delete on monitor.webhooks
  for each row
  execute function monitor.tg_webhooks__forget();
