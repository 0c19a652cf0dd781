create or replace function tide._place_columns(watched tide.watched) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  -- What an expression does not mention does not move a row; one that says t alone may mean all.
  with expression as (
    select lower(x) as x
    from unnest((_place_columns.watched).topics) x
    union all
    select lower(s.group_by) from tide.summary_sources s
    where s.source = (_place_columns.watched).target
  )
  select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
  from pg_attribute a
  where a.attrelid = (_place_columns.watched).target and a.attnum > 0 and not a.attisdropped
    and (
      a.attname = any ((_place_columns.watched).key_columns)
      or exists (
        select from expression e
        where position(lower(a.attname) in e.x) > 0
          or position(lower(quote_ident(a.attname)) in e.x) > 0
          or e.x ~ '\mt\M(?!\s*\.\s*[a-z_"])'
      )
    )
$$;
comment on function tide._place_columns(tide.watched) is
  'The columns that decide about a row''s key, topics and groups, or may do so.';
