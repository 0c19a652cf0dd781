create or replace function tide.show_feature(name text) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_feature jsonb := (
    select to_jsonb(f) from tide.features f where f.name = show_feature.name
  );
begin
  if v_feature is null then
    raise no_data_found using message = format('there is no feature %s', name),
      constraint = 'feature_exists', hint = 'See what is: select name from tide.features.';
  end if;
  return v_feature;
end
$$;
comment on function tide.show_feature(text) is 'A feature as it is now, refused if there is none.';
