create or replace function tide._shape(target regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select md5(concat_ws(' ', tide._table_name(_shape.target),
    (select c.relrowsecurity from pg_class c where c.oid = _shape.target),
    (select string_agg(format('%s %s %s %s', a.attname, a.atttypid, a.atttypmod, a.attcollation),
        ',' order by a.attnum)
      from pg_attribute a
      where a.attrelid = _shape.target and a.attnum > 0 and not a.attisdropped)))
$$;
comment on function tide._shape(regclass) is
  'Another value means that a table was renamed or its columns changed.';
