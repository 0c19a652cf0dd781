create or replace trigger _100_append_only before update or delete or truncate on tide.audit_log
for each statement execute function tide.tg_audit_log__append_only();
