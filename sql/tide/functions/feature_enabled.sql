create or replace function tide.feature_enabled(name text, user_id text default null)
returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: the flags are the owner's
  select coalesce((
    select coalesce(o.enabled,
      coalesce(f.enabled, f.default_enabled) and (f.percentage = 100
        or tide._user_percentile(f.name, feature_enabled.user_id) < f.percentage))
    from tide.feature_flags f
    left join tide.feature_overrides o
      on o.flag = f.name and o.user_id = feature_enabled.user_id
    where f.name = feature_enabled.name
  ), false)
$$;
comment on function tide.feature_enabled(text, text) is
  'Whether a feature is on for a user; without one, whether it is on for everybody. The override '
  'counts first, then the flag, then the share of users. One that nobody knows is off.';
