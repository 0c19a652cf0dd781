create or replace function tide.override_feature(name text, user_id text, enabled boolean)
returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the overrides are the owner's
begin
  if override_feature.enabled is null then
    delete from tide.feature_overrides o
    where o.flag = override_feature.name and o.user_id = override_feature.user_id;
  else
    insert into tide.feature_overrides as o (flag, user_id, enabled)
    select f.name, override_feature.user_id, override_feature.enabled
    from tide.feature_flags f
    where f.name = override_feature.name
    on conflict on constraint feature_overrides_pkey do update set enabled = excluded.enabled;
  end if;
  return tide.show_feature(name);
end
$$;
comment on function tide.override_feature(text, text, boolean) is
  'Switches a feature for one user whatever its flag says; null takes that back.';
