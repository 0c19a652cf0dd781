create or replace function work._standing(revoked_at timestamptz, expires_at timestamptz)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when _standing.revoked_at is not null then 'revoked'
    when _standing.expires_at <= now() then 'expired'
    else 'good'
  end
$$;
comment on function work._standing(timestamptz, timestamptz) is
  'Whether a credential counts: good, revoked or expired.';
