create or replace function tide.refresh_watches() returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_watched tide.watched;
  v_count int := 0;
begin
  perform tide._forget_dropped();
  perform tide._generate_source_of();
  perform tide._drop_summaries();
  perform tide._install_summary(y) from tide.summaries y;
  for v_watched in select * from tide.watched w order by w.id loop
    begin
      perform tide._install_watch(v_watched);
      v_count := v_count + 1;
    exception when others then
      -- one that cannot be right any more, without its key say, must not keep others from it
      if not v_watched.guarded then
        raise;
      end if;
      perform tide._report(v_watched.target::text,
        format('cannot be watched as it is: %s', sqlerrm));
      update tide.watched w set shape = tide._shape(w.target) where w.id = v_watched.id;
    end;
  end loop;
  return v_count;
end
$$;
comment on function tide.refresh_watches() is
  'Writes the functions of all watches again, after an upgrade, a new partition or a changed '
  'table.';
