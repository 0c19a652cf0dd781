create or replace function tide._coalesced_sql(
  watched tide.watched, operation text, above int default null
) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when _coalesced_sql.above is null
    then format(E'insert into tide.events (%s)\n  %s;', x.columns, x.events)
    else format(
      E'with event (%1$s) as materialized (\n  %2$s\n  )\n  insert into tide.events (%1$s)\n'
      '  select event.* from event\n'
      '  where exists (\n    select from event cross join unnest(event.topics) as told (topic)\n'
      '    group by told.topic having sum(event.count) > %3$s\n  );',
      x.columns, x.events, _coalesced_sql.above)
  end
  from (
    select
      E'entity, action, key, count, topics, source, actor, session_id, correlation_id,\n    sums'
        as columns,
      format(
        E'select %L, %s, null, count(*),\n    array_remove(%s, %L || %s),\n    %s,\n    %s\n'
        '  from %s\n  group by 2, 5%s',
        (_coalesced_sql.watched).entity, c.action_sql, c.topics_sql,
        (_coalesced_sql.watched).entity || ':', c.key_sql, tide._attribution_sql(),
        tide._sums_sql(_coalesced_sql.watched,
          replace(_coalesced_sql.operation, 'truncate', 'delete'), 'coalesce(sum(%s), 0)'),
        c.rows_sql,
        (
          select string_agg(format(', %s.tide_group_%s', side, s.summary_id), '')
          from tide.summary_sources s
          cross join unnest(case _coalesced_sql.operation
            when 'insert' then '{n}' when 'update' then '{o,n}' else '{o}' end::text[]) side
          where s.source = (_coalesced_sql.watched).target
        )) as events
    from tide._change_sql(_coalesced_sql.watched, _coalesced_sql.operation) c
  ) x
$$;
comment on function tide._coalesced_sql(tide.watched, text, int) is
  'SQL that appends one event per topics (and summary group) of all changed rows, with their '
  'count; with above, only if more rows than that have one topic.';
