create or replace function monitor._setting(name text) returns int
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select s.value from monitor.settings s where s.key = _setting.name
$$;
comment on function monitor._setting(text) is 'A setting, null when there is none of that name.';
