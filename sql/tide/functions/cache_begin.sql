create or replace function tide.cache_begin() returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the cache is its owner's
declare
  v_era uuid;
begin
  insert into tide.cache_eras as c (era, fingerprint, timeline)
  values (gen_random_uuid(), tide._fingerprint(), tide._timeline())
  on conflict on constraint cache_eras_pkey do update
    set era = excluded.era, fingerprint = excluded.fingerprint, timeline = excluded.timeline,
      began_at = now()
    where (c.fingerprint, c.timeline) is distinct from (excluded.fingerprint, excluded.timeline);
  select c.era into v_era from tide.cache_eras c;
  delete from tide.cache_entries e where e.era <> v_era;
  return v_era;
end
$$;
comment on function tide.cache_begin() is
  'The present era of the cache; begins one after a crash, a failover, a restore or in a copy.';
