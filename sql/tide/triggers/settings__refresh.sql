create or replace trigger _300_refresh after update on tide.settings
referencing new table as new_rows
for each statement execute function tide.tg_settings__refresh();
