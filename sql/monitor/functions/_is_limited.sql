create or replace function monitor._is_limited() returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select current_setting('role') = 'tide_user'
$$;
comment on function monitor._is_limited() is
  'True in a transaction that acts for a person: who claims to be nobody in particular there, and '
  'may therefore do everything, is not believed.';
