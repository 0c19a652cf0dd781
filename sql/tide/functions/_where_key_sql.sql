create or replace function tide._where_key_sql(watched tide.watched) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case count(*)
    when 0 then 'false'
    when 1 then format('t.%I %s any ($1::%s[])', min(c.name), min(c.equality), min(c.type))
    else format('exists (select from unnest($1) k where %s)',
      string_agg(format('t.%I %s (k::json ->> %s)::%s', c.name, c.equality, c.position - 1, c.type),
        ' and ' order by c.position))
  end
  from (
    select u.name, u.position,
      tide._key_type((_where_key_sql.watched).target, u.name) as type,
      tide._equality((_where_key_sql.watched).target, u.name) as equality
    from unnest((_where_key_sql.watched).key_columns) with ordinality u (name, position)
  ) c
$$;
comment on function tide._where_key_sql(tide.watched) is
  'SQL that is true of the rows t whose key is among the text array $1.';
