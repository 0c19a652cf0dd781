create or replace function tide._insert_sql(watched tide.watched, operation text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(
    E'insert into tide.events (entity, action, key, topics, source, actor, session_id, '
    'correlation_id,\n    delta, image, sums)\n  select %L, %s, %s,\n    %s,\n    %s,\n    %s,\n'
    '    %s,\n    %s\n  from %s;',
    (_insert_sql.watched).entity, c.action_sql, c.key_sql, c.topics_sql, tide._attribution_sql(),
    case _insert_sql.operation
      when 'row' then '(''{'' || n.tide_changed || ''}'')::json'
      when 'update' then format(
        'case when o.tide_topics is not null and n.tide_topics is not null then %s end',
        tide._delta_sql(_insert_sql.watched))
      else 'null::json'
    end,
    case
      when _insert_sql.operation = 'delete' then tide._image_sql(_insert_sql.watched, 'o')
      when _insert_sql.operation in ('insert', 'row') then case
        when (_insert_sql.watched).history or (_insert_sql.watched).key_columns = '{}'
          then tide._image_sql(_insert_sql.watched, 'n')
        else 'null::jsonb' end
      else format('case when n.tide_topics is null then %s%s end',
        tide._image_sql(_insert_sql.watched, 'o'),
        case when (_insert_sql.watched).history
          then ' else ' || tide._image_sql(_insert_sql.watched, 'n') else '' end)
    end,
    case _insert_sql.operation when 'row' then 'n.tide_sums'
      else tide._sums_sql(_insert_sql.watched, _insert_sql.operation) end,
    c.rows_sql)
  from tide._change_sql(_insert_sql.watched, _insert_sql.operation) c
$$;
comment on function tide._insert_sql(tide.watched, text) is
  'SQL that appends one event per changed row.';
