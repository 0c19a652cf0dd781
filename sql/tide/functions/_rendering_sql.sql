create or replace function tide._rendering_sql(watched tide.watched) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((
    select ' set timezone = ''UTC'' set datestyle = ''ISO'' set intervalstyle = ''iso_8601'''
      ' set bytea_output = ''hex'' set extra_float_digits = 1'
    from pg_attribute a
    where a.attrelid = (_rendering_sql.watched).target
      and a.attnum > 0 and not a.attisdropped
      and (tide._place_columns(_rendering_sql.watched) is null
        or a.attname = any (tide._place_columns(_rendering_sql.watched)))
      and a.atttypid not in ('uuid'::regtype, 'text'::regtype, 'varchar'::regtype,
        'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'boolean'::regtype)
    limit 1
  ), '') || coalesce((
    select ' set standard_conforming_strings = on'
    where strpos(tide._rows_sql(_rendering_sql.watched, 't'), e'\\') > 0
  ), '')
$$;
comment on function tide._rendering_sql(tide.watched) is
  'SET clauses that make the text of keys and topics the same whatever the writer''s session '
  'prefers; none for the usual types, because each costs every writer a microsecond.';
