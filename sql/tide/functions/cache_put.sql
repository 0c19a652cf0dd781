create or replace function tide.cache_put(
  era uuid,
  key text,
  kind text,
  topics text[],
  snapshot pg_snapshot,
  epoch uuid,
  sequence bigint,
  version text,
  count int,
  body text,
  seconds_left double precision
)
returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  -- security definer: the cache is its owner's
  insert into tide.cache_entries (key, era, kind, topics, snapshot, epoch, sequence, version, count,
    body, expires_at)
  select cache_put.key, c.era, cache_put.kind, cache_put.topics, cache_put.snapshot,
    cache_put.epoch, cache_put.sequence, cache_put.version, cache_put.count, cache_put.body,
    now() + make_interval(secs => cache_put.seconds_left)
  from tide.cache_eras c
  where c.era = cache_put.era
  on conflict on constraint cache_entries_pkey do update
    set era = excluded.era, kind = excluded.kind, topics = excluded.topics,
      snapshot = excluded.snapshot, epoch = excluded.epoch, sequence = excluded.sequence,
      version = excluded.version, count = excluded.count, body = excluded.body, stored_at = now(),
      expires_at = excluded.expires_at
$$;
comment on function tide.cache_put(
  uuid, text, text, text[], pg_snapshot, uuid, bigint, text, int, text, double precision
) is
  'Keeps an answer for all nodes: what it has seen (snapshot) and what it depends on (topics). '
  'Nothing is kept of another era.';
