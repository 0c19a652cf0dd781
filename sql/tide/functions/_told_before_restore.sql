create or replace function tide._told_before_restore() returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- what came with an earlier restore has the xids of yet another cluster: no snapshot of the
  -- former one says anything about it, but that cluster's first tick told it all
  return (
    select coalesce(max(p.last_event_id), 0)
    from tide.epochs p
    where p.first_tick < (
      select case when e.fingerprint = tide._fingerprint() then e.first_tick
        else (select max(t.number) + 1 from tide.ticks t) end
      from tide.epochs e order by e.number desc limit 1));
end
$$;
comment on function tide._told_before_restore() is
  'Up to which id the events of a restored log had come with an earlier restore, and were told.';
