create or replace function tide._watched_parts(target regclass)
returns table (part regclass, is_leaf boolean)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select p.relid, p.isleaf
  from pg_partition_tree(_watched_parts.target) p
  join pg_class c on c.oid = p.relid and c.relkind in ('r', 'p')
  union
  select c.oid, true from pg_class c
  where c.oid = _watched_parts.target and c.relkind = 'r'
$$;
comment on function tide._watched_parts(regclass) is
  'The tables that carry a watch''s triggers: the table itself and its partitions.';
