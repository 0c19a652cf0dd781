create or replace function tide._revoke_from_owner(watched tide.watched) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema oid := (select c.relnamespace from pg_class c where c.oid = watched.target);
  v_heir int := (select min(w.id) from tide.watched w join pg_class c on c.oid = w.target
    where c.relnamespace = v_schema);
begin
  if watched.granted_policy then
    execute format('drop policy if exists tide_owner_reads on %s', watched.target);
  end if;
  if watched.granted_select then
    execute format('revoke select on %s from tide_owner', watched.target);
  end if;
  if watched.granted_usage and v_heir is null then
    execute format('revoke usage on schema %s from tide_owner', v_schema::regnamespace);
  elsif watched.granted_usage then
    update tide.watched w set granted_usage = true where w.id = v_heir;
  end if;
end
$$;
comment on function tide._revoke_from_owner(tide.watched) is
  'Takes back what tide.watch() granted; the schema when its last watched table goes.';
