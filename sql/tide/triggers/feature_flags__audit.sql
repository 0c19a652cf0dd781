create or replace trigger _800_audit after insert or update or delete on tide.feature_flags
for each row execute function tide.tg_all__audit('feature', 'name', 'updated_at');
