create or replace function tide._check_watched(watched tide.watched) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_missing text;
begin
  select c into v_missing
  from unnest(watched.key_columns || coalesce(watched.columns, '{}')) c
  where not exists (select from pg_attribute a where a.attrelid = watched.target
    and a.attname = c and a.attnum > 0 and not a.attisdropped);
  if found then
    raise exception '% has no column %', watched.target, v_missing using errcode = '42703';
  end if;
  if watched.coalesce_above < 0 then
    raise exception 'coalesce_above is a number of rows, not %', watched.coalesce_above
      using errcode = '22023';
  end if;
  if exists (select from tide.watched w
    where w.entity = watched.entity and w.target <> watched.target) then
    raise exception 'entity % is another table''s already', watched.entity
      using errcode = '42710', hint = 'Name this one: tide.watch(…, entity => ''…'').';
  end if;
  begin
    execute format('select from %s t where t.tide_topics is null limit 0',
      tide._rows_sql(watched, watched.target::text));
  exception when others then
    raise exception 'a topic of % does not compile: %', watched.target, sqlerrm
      using errcode = sqlstate,
        hint = 'A topic is an SQL expression over the row, such as ''order:'' || id.';
  end;
end
$$;
comment on function tide._check_watched(tide.watched) is
  'Refuses at watch what would fail in a writer''s transaction.';
