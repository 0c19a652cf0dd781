create or replace function tide._generate_source_of() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: replaces a function of the owner's
declare
  v_cases text;
begin
  select string_agg(format('when %L then %L', w.role_name, w.source), ' ' order by w.role_name)
  into v_cases from tide.writer_roles w;
  execute format(
    'create or replace function tide._tg_source_of(role_name text) returns text '
    'language sql stable as $f$ select %s $f$',
    coalesce('case role_name ' || v_cases || ' end', 'null::text'));
  comment on function tide._tg_source_of(text) is
    'Generated from tide.writer_roles: a look-up in a table would cost every writer microseconds.';
end
$$;
comment on function tide._generate_source_of() is
  'Writes tide.writer_roles into a function that the event triggers inline.';
