create or replace function tide.cache_clear() returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the cache is its owner's
declare
  v_count bigint;
begin
  delete from tide.cache_entries;
  get diagnostics v_count = row_count;
  update tide.cache_eras c set era = gen_random_uuid(), began_at = now();
  perform tide.audit('cache.cleared', null, jsonb_build_object('shared', v_count));
  return v_count;
end
$$;
comment on function tide.cache_clear() is
  'Empties the cache of every node: a request that comes after the commit is answered from the '
  'tables. Returns how many shared answers went.';
