create or replace function tide._change_sql(watched tide.watched, operation text)
returns table (rows_sql text, action_sql text, key_sql text, topics_sql text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case _change_sql.operation
      when 'insert' then tide._rows_sql(_change_sql.watched, 'new_rows') || ' n'
      when 'delete' then tide._rows_sql(_change_sql.watched, 'old_rows') || ' o'
      when 'truncate' then tide._rows_sql(_change_sql.watched,
        format('(select x.* from %s x where x.tableoid = tg_relid)',
          (_change_sql.watched).target)) || ' o'
      when 'row' then format(
        -- no column that is not needed: each costs every writer
        E'(\n    select n.tide_key, n.tide_topics, %s as tide_row, %s as tide_sums,\n'
        '    %s as tide_changed\n  from %s n\n  cross join %s o\n'
        '  where %s\n  offset 0\n  ) n\n  where n.tide_changed <> ''''',
        case when (_change_sql.watched).history then 'n.tide_row' else 'null::record' end,
        tide._sums_sql(_change_sql.watched, 'row'),
        tide._changed_sql(_change_sql.watched, tide._place_columns(_change_sql.watched)),
        x.new_rows, x.old_rows, tide._in_place_sql(_change_sql.watched))
      else format(E'%s n\n  full join %s o on %s\n  where %s is not true',
        x.new_rows, x.old_rows, x.same_key, x.same_row)
    end,
    case _change_sql.operation
      when 'insert' then '''create'''
      when 'row' then '''update'''
      when 'update' then 'case when o.tide_topics is null then ''create'' '
        'when n.tide_topics is null then ''delete'' else ''update'' end'
      else '''delete'''
    end,
    case
      when _change_sql.operation in ('insert', 'row') then 'n.tide_key'
      when _change_sql.operation = 'update' then 'coalesce(n.tide_key, o.tide_key)'
      else 'o.tide_key'
    end,
    case
      when _change_sql.operation in ('insert', 'row') then 'n.tide_topics'
      when _change_sql.operation = 'update' then 'case when o.tide_topics = n.tide_topics '
        'then n.tide_topics else tide._union(n.tide_topics, o.tide_topics) end'
      else 'o.tide_topics'
    end
  from (
    select
      tide._rows_sql(_change_sql.watched, 'new_rows') as new_rows,
      tide._rows_sql(_change_sql.watched, 'old_rows') as old_rows,
      (select string_agg(format(case when tide._equals_identically(a)
          then 'o.%1$I = n.%1$I' else 'o.%1$I::text = n.%1$I::text' end, a.attname), ' and ')
        from unnest((_change_sql.watched).key_columns) k
        join pg_attribute a on a.attrelid = (_change_sql.watched).target and a.attname = k
      ) as same_key,
      case when (_change_sql.watched).columns is null
        then '(o.tide_row operator(pg_catalog.*=) n.tide_row)'
        else (
          select format('(row(%s)::record operator(pg_catalog.*=) row(%s)::record)',
            string_agg(format('o.%I', c), ', '), string_agg(format('n.%I', c), ', '))
          from unnest(tide._told_columns(_change_sql.watched)) c)
      end as same_row
  ) x
$$;
comment on function tide._change_sql(tide.watched, text) is
  'SQL for the rows that a statement changed (o and n), and their action, key and topics. A row '
  'that changed topic is told on both; a changed key is a delete and a create. For row, the one '
  'row of an update, with what changed and its sums, only if it stayed where it is and a column '
  'that is written out has changed.';
