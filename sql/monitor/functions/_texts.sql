create or replace function monitor._texts(list jsonb) returns text[]
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(distinct t.value)
  from jsonb_array_elements_text(
    case when jsonb_typeof(list) = 'array' then list else '[]' end) t
$$;
comment on function monitor._texts(jsonb) is
  'The texts of a JSON list, each once; null for none.';
