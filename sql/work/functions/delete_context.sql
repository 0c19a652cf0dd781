create or replace function work.delete_context(context_id uuid)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from work.contexts x
  where x.id = delete_context.context_id
  returning to_jsonb(x)
$$;
comment on function work.delete_context(uuid) is
  'Deletes a context; its last image, null when there was none.';
