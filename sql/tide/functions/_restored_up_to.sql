create or replace function tide._restored_up_to() returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
-- not language sql: the plan of an SQL function outlives, within a transaction, a partition that
-- tide.maintain() drops in between
begin
  -- Loading ends before the last tick's row is there or, in a full dump, the ticks' primary key.
  return (
    with loaded as (
      select least(
        (select age(t.xmin) from tide.ticks t order by t.number desc limit 1),
        (select age(c.xmin) from pg_constraint c where c.conname = 'ticks_pkey'
          and c.conrelid = 'tide.ticks'::regclass)
      ) as age
    )
    select coalesce(max(e.id), 0)
    from tide.events e, loaded
    where age(e.xmin) >= loaded.age);
end
$$;
comment on function tide._restored_up_to() is
  'The highest id among events that were loaded from a dump; only meaningful while _head() says '
  'restored.';
