create or replace function tide.tg_writer_roles__generate() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform tide._generate_source_of();
  return null;
end
$$;
comment on function tide.tg_writer_roles__generate() is 'A changed mapping takes effect at once.';
