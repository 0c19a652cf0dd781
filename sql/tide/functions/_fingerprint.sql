create or replace function tide._fingerprint() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select concat_ws(
      '/',
      (select c.system_identifier from pg_control_system() c),
      (select d.oid from pg_database d where d.datname = current_database()),
      'tide.ticks'::regclass::oid
    )
  );
end
$$;
comment on function tide._fingerprint() is
  'Cluster, database and log: another value means that this log was copied or restored from '
  'elsewhere.';
