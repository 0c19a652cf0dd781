create or replace function tide._delta(old_image jsonb, new_image jsonb) returns json
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select json_object_agg(n.key, json_build_array(_delta.old_image -> n.key, n.value))
  from jsonb_each(_delta.new_image) n
  where (_delta.old_image -> n.key) is distinct from n.value
$$;
comment on function tide._delta(jsonb, jsonb) is '{column: [old, new]} of what differs.';
