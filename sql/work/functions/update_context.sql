create or replace function work.update_context(context_id uuid, patch jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select work._check_patch(update_context.patch, array['key', 'body']);
  update work.contexts x
  set
    key = case when patch ? 'key' then patch ->> 'key' else x.key end,
    body = case when patch ? 'body' then work._merge_patch(x.body, patch -> 'body') else x.body end
  where x.id = update_context.context_id
  returning work._as_placed(to_jsonb(x), update_context.patch)
$$;
comment on function work.update_context(uuid, jsonb) is
  'Merge-patches key and body; the row as it is then, null when there is none.';
