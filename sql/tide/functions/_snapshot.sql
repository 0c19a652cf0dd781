create or replace function tide._snapshot() returns pg_snapshot
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- our own transaction looks finished in its own snapshot, and may yet write more
  return (
    select tide._snapshot_of(
      pg_snapshot_xmax(s),
      array(
        select i from pg_snapshot_xip(s) i
        union
        select own from pg_current_xact_id_if_assigned() own
        where own < pg_snapshot_xmax(s)
      ))
    from pg_current_snapshot() s
  );
end
$$;
comment on function tide._snapshot() is
  'The caller''s snapshot with its own transaction among those in progress.';
