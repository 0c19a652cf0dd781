create or replace trigger _800_audit after insert or update or delete on tide.watched
for each row execute function tide.tg_all__audit('watch', 'target', 'id', 'generated_as', 'shape',
  'granted_select', 'granted_usage', 'granted_policy', 'created_at');
