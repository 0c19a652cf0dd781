create or replace function tide._generated_as(target regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  -- the oid keeps long names apart that agree in their first letters, and a new table from a
  -- renamed one
  select case
    when length(whole) <= 53 and not exists (select from tide.watched w
      where w.generated_as = whole and w.target <> _generated_as.target)
    then whole
    else format('_tg_%s_%s', left(n.nspname || '_' || c.relname, 38), c.oid)
  end
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  cross join lateral (select format('_tg_%s_%s', n.nspname, c.relname)) x (whole)
  where c.oid = _generated_as.target
$$;
comment on function tide._generated_as(regclass) is
  'What the names of a new watch''s functions begin with.';
