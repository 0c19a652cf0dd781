create or replace function tide.refresh_watches() returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_watched tide.watched;
  v_count int := 0;
begin
  -- one at a time: two that replace the same function would fail
  perform pg_advisory_xact_lock(8433500661254);
  perform tide._forget_dropped();
  perform tide._generate_source_of();
  perform tide._drop_summaries();
  perform tide._install_summary(y) from tide.summaries y;
  for v_watched in select * from tide.watched w order by w.id loop
    perform tide._refresh_watch(v_watched);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function tide.refresh_watches() is
  'Writes the functions of all watches again, after an upgrade, a new partition or a changed '
  'table.';
