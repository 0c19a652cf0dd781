create or replace function tide._body_sql(watched tide.watched, operation text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when _body_sql.operation = 'truncate' then tide._coalesced_sql(_body_sql.watched, 'truncate')
    when _body_sql.operation = 'update' and (_body_sql.watched).key_columns = '{}'
      then tide._body_sql(_body_sql.watched, 'delete') || E'\n  '
        || tide._body_sql(_body_sql.watched, 'insert')
    else case when _body_sql.operation = 'update'
        and tide._in_place_sql(_body_sql.watched) is not null then format(
        E'-- most statements change one row, and do not move it\n'
        '  perform from new_rows offset 1 limit 1;\n  if not found then\n  %s\n'
        '  if found then\n    return null;\n  end if;\n  end if;\n\n  ',
        tide._insert_sql(_body_sql.watched, 'row')) else '' end
      || format(
        E'-- many rows of one topic: one event for all that have the same topics\n'
        '  perform from %s offset %s limit 1;\n  if found then\n  %s\n  end if;\n'
        '  if not found then\n  %s\n  end if;',
        relation, above,
        tide._coalesced_sql(_body_sql.watched, _body_sql.operation, above),
        tide._insert_sql(_body_sql.watched, _body_sql.operation))
  end
  from (
    select
      case _body_sql.operation when 'delete' then 'old_rows' else 'new_rows' end as relation,
      coalesce((_body_sql.watched).coalesce_above, tide._setting('coalesce_above'), 1000) as above
  ) x
$$;
comment on function tide._body_sql(tide.watched, text) is
  'The body of a generated trigger function: one event per row, or per topic above the limit.';
