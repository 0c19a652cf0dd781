create or replace function tide.tg_feature_overrides__touch() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the flag is the owner's
begin
  update tide.feature_flags f set updated_at = default
  where f.name = case tg_op when 'DELETE' then old.flag else new.flag end;
  return null;
end
$$;
comment on function tide.tg_feature_overrides__touch() is
  'An override is a change of its flag.';
