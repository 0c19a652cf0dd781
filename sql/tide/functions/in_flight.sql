create or replace function tide.in_flight() returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select pg_snapshot_xmin(s) < pg_snapshot_xmax(s) from pg_current_snapshot() s
  );
end
$$;
comment on function tide.in_flight() is
  'True while some transaction that has written is open: it may add events, so look again soon.';
