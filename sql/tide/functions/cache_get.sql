create or replace function tide.cache_get(
  era uuid,
  key text,
  out body text,
  out version text,
  out count int,
  out topics text[],
  out epoch uuid,
  out sequence bigint,
  out seconds_left double precision
)
returns setof record
language plpgsql stable security definer rows 1
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the cache is its owner's
declare
  v_entry tide.cache_entries;
  v_changed text[];
begin
  select e.* into v_entry
  from tide.cache_entries e
  join tide.cache_eras c on c.era = e.era
  where e.key = cache_get.key and e.era = cache_get.era and e.expires_at > now();
  if not found then
    return;
  end if;
  v_changed := tide._topics_since(v_entry.snapshot);
  if (v_changed && v_entry.topics) is not false then
    return;
  end if;
  return query select v_entry.body, v_entry.version, v_entry.count, v_entry.topics, v_entry.epoch,
    v_entry.sequence, extract(epoch from v_entry.expires_at - now())::double precision;
end
$$;
comment on function tide.cache_get(uuid, text) is
  'The answer kept under this key, if it is as true at the caller''s snapshot as when it was made: '
  'nothing that it depends on was committed in between. No row otherwise.';
