create or replace function work.become(user_id uuid)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select
    set_config('work.user_id', become.user_id::text, true),
    set_config('role', 'tide_user', true)
$$;
comment on function work.become(uuid) is
  'Until the end of the transaction the session sees and changes what this user may, by the '
  'policies of the tables. The login must be a member of tide_user, as tide_service is.';
