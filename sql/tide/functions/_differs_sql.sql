create or replace function tide._differs_sql(column_name text, type oid) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when y.typtype in ('b', 'e', 'r') and y.typname not in
        ('json', 'xml', 'point', 'box', 'polygon', 'path', 'line', 'lseg', 'circle', '_json')
      then format('o.%1$I is distinct from n.%1$I', _differs_sql.column_name)
    else format('row(o.%1$I)::record operator(pg_catalog.*<>) row(n.%1$I)::record',
      _differs_sql.column_name)
  end
  from pg_type y
  where y.oid = _differs_sql.type
$$;
comment on function tide._differs_sql(text, oid) is
  'SQL that is true when a column of o and n differs, also where its type has no equality.';
