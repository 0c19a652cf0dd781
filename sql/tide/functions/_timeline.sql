create or replace function tide._timeline() returns int
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- the name of the present WAL file begins with the timeline; pg_control may still show the old
  -- one
  return (
    select case
      when pg_is_in_recovery() then null
      else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
    end
  );
end
$$;
comment on function tide._timeline() is 'The timeline written to now; null on a standby.';
