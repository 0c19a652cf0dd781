create or replace function work._merge_patch(target jsonb, patch jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when jsonb_typeof(_merge_patch.patch) <> 'object' then _merge_patch.patch
    else coalesce(
      (
        select jsonb_object_agg(
          f.name,
          case when p.value is null then t.value else work._merge_patch(t.value, p.value) end
        )
        from (
          select k.name from jsonb_object_keys(_merge_patch.patch) k (name)
          union
          select k.name from jsonb_object_keys(
            case when jsonb_typeof(_merge_patch.target) = 'object' then _merge_patch.target
              else '{}' end
          ) k (name)
        ) f
        cross join lateral (select _merge_patch.patch -> f.name) p (value)
        cross join lateral (
          select case when jsonb_typeof(_merge_patch.target) = 'object'
            then _merge_patch.target -> f.name end
        ) t (value)
        where jsonb_typeof(p.value) is distinct from 'null'
      ),
      '{}'
    )
  end
$$;
comment on function work._merge_patch(jsonb, jsonb) is
  'JSON Merge Patch (RFC 7396): objects merge, null removes, anything else replaces.';
