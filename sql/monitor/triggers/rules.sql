create or replace trigger _100_guard
  before insert or update of query, limit_ms on monitor.rules
  for each row
  execute function monitor.tg_rules__guard();
