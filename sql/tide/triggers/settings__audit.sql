create or replace trigger _800_audit after insert or update or delete on tide.settings
for each row execute function tide.tg_all__audit('setting', 'key', 'description');
