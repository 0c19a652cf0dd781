create or replace function tide._generated_name(target regclass, operation text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- the oid keeps long names apart that agree in their first letters
  return (
    select case when length(whole) <= 63 then whole
      else format('_tg_%s_%s__%s', left(n.nspname || '_' || c.relname, 40), c.oid,
        _generated_name.operation)
    end
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral (
      select format('_tg_%s_%s__%s', n.nspname, c.relname, _generated_name.operation)
    ) x (whole)
    where c.oid = _generated_name.target
  );
end
$$;
comment on function tide._generated_name(regclass, text) is
  'Name of a function that watch generates.';
