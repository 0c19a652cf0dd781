create or replace function tide._equality(target regclass, column_name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((
    select format('operator(%I.%s)', o.oprnamespace::regnamespace, o.oprname)
    from pg_attribute a
    join pg_opclass c on c.opcintype = a.atttypid and c.opcdefault
    join pg_am m on m.oid = c.opcmethod and m.amname = 'btree'
    join pg_amop p on p.amopfamily = c.opcfamily and p.amopstrategy = 3
      and p.amoplefttype = c.opcintype and p.amoprighttype = c.opcintype
    join pg_operator o on o.oid = p.amopopr
    where a.attrelid = _equality.target and a.attname = _equality.column_name
      and o.oprnamespace <> 'pg_catalog'::regnamespace
  ), '=')
$$;
comment on function tide._equality(regclass, text) is
  'SQL name of the equality that a column''s index knows, also where the type is an extension''s.';
