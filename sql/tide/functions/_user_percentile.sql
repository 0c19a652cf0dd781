create or replace function tide._user_percentile(flag text, user_id text) returns int
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  -- the flag is part of it, so that not the same users are first with everything
  select (
    ('x' || left(encode(sha256(convert_to(
      _user_percentile.flag || ':' || _user_percentile.user_id, 'UTF8')), 'hex'), 8)
    )::bit(32)::bigint % 100
  )::int
$$;
comment on function tide._user_percentile(text, text) is
  'Where a user stands with a feature, 0 to 99: the same on every node and for ever.';
