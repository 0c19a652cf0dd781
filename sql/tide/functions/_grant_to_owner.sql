create or replace function tide._grant_to_owner(watched tide.watched) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text := (select c.relnamespace::regnamespace::text from pg_class c
    where c.oid = watched.target);
begin
  if not has_schema_privilege('tide_owner', v_schema::regnamespace, 'usage') then
    execute format('grant usage on schema %s to tide_owner', v_schema);
    update tide.watched w set granted_usage = true where w.id = watched.id;
  end if;
  if not has_table_privilege('tide_owner', watched.target, 'select') then
    execute format('grant select on %s to tide_owner', watched.target);
    update tide.watched w set granted_select = true where w.id = watched.id;
  end if;
end
$$;
comment on function tide._grant_to_owner(tide.watched) is
  'The tick reads whole rows as tide_owner; remembers what it granted for tide.unwatch().';
