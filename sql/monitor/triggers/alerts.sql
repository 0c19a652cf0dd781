create or replace trigger _100_count_occurrence
  before insert on monitor.alerts
  for each row
  execute function monitor.tg_alerts__count_occurrence();
