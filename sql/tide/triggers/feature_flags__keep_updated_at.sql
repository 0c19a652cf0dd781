create or replace trigger _110_keep_updated_at before update on tide.feature_flags
for each row execute function tide.tg_feature_flags__keep_updated_at();
