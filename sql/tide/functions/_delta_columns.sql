create or replace function tide._delta_columns(source tide.summary_sources) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with measure as (
    select coalesce(substring(m.value from '^coalesce\(\((.*)\)::bigint, 0\)$'),
      substring(m.value from '^case when (.*) then 1::bigint else 0::bigint end$')) as expression
    from jsonb_each_text((_delta_columns.source).measures) m
  ), mentioned as (
    select m.expression, a.attname::text as name,
      a.attgenerated = '' and a.attname ~ '^[a-z_][a-z0-9_]*$'
      and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'boolean'::regtype, 'uuid'::regtype,
        'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
      and (w.columns is null or a.attname = any (w.columns)) as is_plain
    from measure m
    join tide.watched w on w.target = (_delta_columns.source).source
    join pg_attribute a on a.attrelid = w.target and a.attnum > 0 and not a.attisdropped
      and case when a.attname ~ '^[a-z_][a-z0-9_]*$'
        then m.expression ~* format('\m%s\M', a.attname)
        else position(lower(a.attname) in lower(m.expression)) > 0 end
  )
  select case
    when not exists (
        -- calls, sublinks, whole rows and what depends on the moment must be told by the writer
        select from measure m where m.expression is null or m.expression ~ '\w\s*\(' or
          m.expression ~* '\m(select|current_\w+|localtime\w*|session_user|user|t)\M|u&["'']')
      and not exists (select from mentioned m where not m.is_plain)
      and not exists (select from mentioned m group by m.expression having count(*) > 1)
    then array(select distinct m.name from mentioned m order by m.name)
  end
$$;
comment on function tide._delta_columns(tide.summary_sources) is
  'The columns of a source''s measures, if what a row in place adds to them follows from its '
  'delta: each measure of one plain column, by operators alone. Otherwise null.';
