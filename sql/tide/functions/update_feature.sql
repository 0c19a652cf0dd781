create or replace function tide.update_feature(name text, patch jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the flags are the owner's
begin
  update tide.feature_flags f set
    enabled = case when patch ? 'enabled' then (patch ->> 'enabled')::boolean else f.enabled end,
    percentage = coalesce((patch ->> 'percentage')::int, f.percentage),
    description = coalesce(patch ->> 'description', f.description)
  where f.name = update_feature.name;
  return tide.show_feature(name);
end
$$;
comment on function tide.update_feature(text, jsonb) is
  'Switches a feature: {"enabled": true, "percentage": 25}. enabled is null for what the nodes'' '
  'environment says. Running nodes follow within three seconds.';
