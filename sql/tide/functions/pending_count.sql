create or replace function tide.pending_count() returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- security definer: the log itself is readable by its owner only
  return (
    select (select count(*) from tide._pending())
      + coalesce((select sum(p.count) from tide.planned_ticks p), 0)
  );
end
$$;
comment on function tide.pending_count() is 'The backlog: events committed and not yet told.';
