create or replace function work.get_context(user_id uuid, context_id uuid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select work.authorize(get_context.user_id, 'read', 'context', get_context.context_id);
  select to_jsonb(x) from work.contexts x where x.id = get_context.context_id
$$;
comment on function work.get_context(uuid, uuid) is
  'The row of a context, as far as the user, if named, may see it; P0002 otherwise.';
