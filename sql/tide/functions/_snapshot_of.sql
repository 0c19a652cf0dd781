create or replace function tide._snapshot_of(xmax xid8, xip xid8[]) returns pg_snapshot
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select concat_ws(':',
      coalesce(min(i::text::bigint), _snapshot_of.xmax::text::bigint),
      _snapshot_of.xmax,
      coalesce(string_agg(i::text, ',' order by i::text::bigint), ''))::pg_snapshot
    from unnest(_snapshot_of.xip) i
  );
end
$$;
comment on function tide._snapshot_of(xid8, xid8[]) is
  'A snapshot that shows everything below xmax but what is in xip.';
