create or replace function tide._place_columns(watched tide.watched) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  -- What an expression does not mention does not move a row. In C, so that an upper case I
  -- becomes i in Turkish too.
  with expression as (
    select lower(x collate "C") as x
    from unnest((_place_columns.watched).topics) x
    union all
    select lower(s.group_by collate "C") from tide.summary_sources s
    where s.source = (_place_columns.watched).target
  ), present as (
    select a.attname::text as name, a.attnum, lower(a.attname::text collate "C") as lowered
    from pg_attribute a
    where a.attrelid = (_place_columns.watched).target and a.attnum > 0 and not a.attisdropped
  )
  select case when not exists (
      -- t alone is the whole row, so is t.name where that is no column but a function of it, and
      -- an escape may hide any name
      select from expression e
      where e.x ~ '\mt\M(?!\s*\.\s*["a-z_])' or e.x ~ '\mu&"' or exists (
        select from regexp_matches(e.x, '\mt\M\s*\.\s*(\w[\w$]*|"(?:[^"]|"")+")', 'g') as m (part)
        where not exists (select from present p
          where m.part[1] in (p.lowered, quote_ident(p.lowered), format('"%s"', p.lowered))))
    )
    then array(
      select p.name from present p
      where p.name = any ((_place_columns.watched).key_columns)
        or exists (select from expression e
          where position(p.lowered in e.x) > 0 or position(quote_ident(p.lowered) in e.x) > 0)
      order by p.attnum)
  end
$$;
comment on function tide._place_columns(tide.watched) is
  'The columns that decide about a row''s key, topics and groups, or may do so; null where '
  'columns that are yet to come may do so as well.';
