create or replace function tide._drop_partitions() returns setof text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text;
  v_until bigint;
begin
  for v_name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'tide.events'::regclass and c.relname ~ '^events_\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') + 1
        <= now() - make_interval(hours => tide._setting('retention_hours'))
    order by 1
  loop
    v_until := tide._last_tick_of(('tide.' || v_name)::regclass);
    continue when v_until is null;
    begin
      execute format('drop table tide.%I', v_name);
      delete from tide.ticks t where t.number < v_until;
      return next v_name;
    exception when lock_not_available then
      null;  -- somebody reads it: next time
    end;
  end loop;
  perform tide._trim_default();
end
$$;
comment on function tide._drop_partitions() is
  'Drops days past the retention whose events are all numbered, and the ticks that need them.';
