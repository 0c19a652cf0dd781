create or replace function tide.declare_feature(
  name text, default_enabled boolean, description text default null
) returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: the flags are the owner's
  insert into tide.feature_flags as f (name, default_enabled, description)
  values (declare_feature.name, declare_feature.default_enabled,
    coalesce(declare_feature.description, ''))
  on conflict on constraint feature_flags_pkey do update set
    default_enabled = excluded.default_enabled,
    description = coalesce(declare_feature.description, f.description)
  where f.default_enabled <> excluded.default_enabled
    or f.description <> coalesce(declare_feature.description, f.description)
$$;
comment on function tide.declare_feature(text, boolean, text) is
  'Makes a feature known, with what counts as long as nobody switches it. A node does so when it '
  'starts, as its environment says.';
