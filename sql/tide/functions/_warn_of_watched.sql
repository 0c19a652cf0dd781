create or replace function tide._warn_of_watched(watched tide.watched) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_child regclass;
begin
  if watched.key_columns = '{}' then
    raise notice '% has no key: its updates are told as a delete and a create', watched.target
      using hint = 'Add a primary key, or name the columns: tide.watch(…, key => array[…]).';
  elsif not exists (select from pg_index i
    where i.indrelid = watched.target and i.indisunique and i.indisvalid
      and i.indpred is null and i.indexprs is null
      and (select array_agg(a.attname::text) from pg_attribute a
        where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])) <@ watched.key_columns)
  then
    raise warning 'rows of % may share a key: no unique index says that they do not', watched.target
      using hint = 'Several of them changed by one statement would be mistaken for each other.';
  end if;
  if (select c.relpersistence from pg_class c where c.oid = watched.target) = 'u' then
    raise notice '% is unlogged: that a crash has emptied it is not told', watched.target;
  end if;
  for v_child in select i.inhrelid from pg_inherits i join pg_class c on c.oid = i.inhparent
    where i.inhparent = watched.target and c.relkind = 'r'
  loop
    raise notice '% inherits from %: what is written straight to it is not told', v_child,
      watched.target using hint = format('select tide.watch(%L)', v_child::text);
  end loop;
end
$$;
comment on function tide._warn_of_watched(tide.watched) is
  'Says what may surprise about a watch that is possible.';
