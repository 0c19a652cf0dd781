create or replace function tide._only(image jsonb, columns text[]) returns jsonb
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_object_agg(f.key, f.value)
  from jsonb_each(_only.image) f
  where f.key = any (_only.columns)
$$;
comment on function tide._only(jsonb, text[]) is 'The columns of an image that a watch shows.';
