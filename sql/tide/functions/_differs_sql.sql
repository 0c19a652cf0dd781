create or replace function tide._differs_sql(of pg_attribute) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(
    case when tide._equals_identically(_differs_sql.of)
      then 'o.%1$I is distinct from n.%1$I'
      else 'row(o.%1$I)::record operator(pg_catalog.*<>) row(n.%1$I)::record'
    end, (_differs_sql.of).attname)
$$;
comment on function tide._differs_sql(pg_attribute) is
  'SQL that is true when a column of o and n differs, also where its type has no equality, one '
  'outside of our search_path, or one that calls different values equal.';
