create or replace function tide.tg_feature_flags__keep_updated_at() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end
$$;
comment on function tide.tg_feature_flags__keep_updated_at() is
  'By its last change a node knows that it has to ask again.';
