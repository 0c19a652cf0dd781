create or replace function tide._setting(name text) returns int
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select s.value::int from tide.settings s where s.key = _setting.name
  );
end
$$;
comment on function tide._setting(text) is
  'A numeric setting, null when there is none of that name.';
