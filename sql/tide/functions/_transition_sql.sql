create or replace function tide._transition_sql(target regclass, relation text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  -- Postgres 18 computes virtual columns for tables, and refuses them in transition tables.
  select case when bool_or(a.attgenerated = 'v')
    then format('(select %s from %s)', string_agg(
      case when a.attgenerated = 'v'
        then format('(%s) as %I', pg_get_expr(d.adbin, d.adrelid), a.attname)
        else quote_ident(a.attname)
      end, ', ' order by a.attnum), _transition_sql.relation)
    else _transition_sql.relation
  end
  from pg_attribute a
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = _transition_sql.target and a.attnum > 0 and not a.attisdropped
$$;
comment on function tide._transition_sql(regclass, text) is
  'SQL for the rows of new_rows or old_rows with all their columns, virtual ones too.';
