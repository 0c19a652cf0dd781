create or replace function monitor._who() returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(nullif(current_setting('tide.actor', true), ''), session_user)
$$;
comment on function monitor._who() is
  'Who does it: as tide.act_as() said, else the login.';
