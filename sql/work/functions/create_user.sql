create or replace function work.create_user(handle text, display_name text default '')
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into work.users as u (handle, display_name)
  values (create_user.handle, create_user.display_name)
  returning to_jsonb(u)
$$;
comment on function work.create_user(text, text) is
  'Adds a person or an agent; user_handle_is_unique when the handle is taken.';
