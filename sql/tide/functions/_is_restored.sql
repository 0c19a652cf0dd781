create or replace function tide._is_restored() returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  -- Rows that Postgres copied as files (a clone, a promotion, pg_upgrade) still carry the xid that
  -- wrote them; rows loaded from a dump carry the loader's, and their stored xids mean nothing here.
  select coalesce(
    (select e.fingerprint <> tide._fingerprint() from tide.epochs e order by e.number desc limit 1)
    and (
      select t.xmin::text::bigint <> (t.xid::text::bigint & 4294967295)
      from tide.ticks t order by t.number desc limit 1
    ),
    false
  )
$$;
comment on function tide._is_restored() is
  'True between a restore from a dump and the first tick after it.';
