create or replace function work.current_user_id()
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select nullif(current_setting('work.user_id', true), '')::uuid
$$;
comment on function work.current_user_id() is
  'The person for whom this transaction acts, since work.become(); null when it is nobody''s.';
