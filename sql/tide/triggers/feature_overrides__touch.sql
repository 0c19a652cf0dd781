create or replace trigger _300_touch after insert or update or delete on tide.feature_overrides
for each row execute function tide.tg_feature_overrides__touch();
