create or replace function tide.unwatch(target regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_watched tide.watched;
begin
  delete from tide.watched w where w.target = unwatch.target returning * into v_watched;
  if not found then
    raise exception '% is not watched', target using errcode = '42704',
      hint = 'See what is: select * from tide.watches.';
  end if;
  perform tide._uninstall_watch(v_watched);
  perform tide._revoke_from_owner(v_watched);
end
$$;
comment on function tide.unwatch(regclass) is
  'Takes a table off the stream: its triggers, functions, grants, summaries and cascade go.';
