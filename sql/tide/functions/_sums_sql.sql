create or replace function tide._sums_sql(
  watched tide.watched, operation text, term text default '%s'
) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(string_agg(
    case _sums_sql.operation
      when 'insert' then format(one, 'n', created)
      when 'delete' then format(one, 'o', deleted)
      when 'row' then format(one, 'n', changed_in_place)
      else format(
        'case when o.%1$s is not distinct from n.%1$s then %2$s else %3$s || %4$s end',
        grouped, format(one, 'n', changed), format(one, 'o', deleted), format(one, 'n', created))
    end, ' || ' order by s.summary_id), 'null::tide.sum[]')
  from tide.summary_sources s
  cross join lateral (
    select 'tide_group_' || s.summary_id as grouped,
      format(_sums_sql.term, 'n.%1$s') as after, format(_sums_sql.term, 'o.%1$s') as before
  ) g
  cross join lateral (
    select
      format('case when %%1$s.%s is not null then '
        'array[row(%s, %%1$s.%1$s, %%2$s)::tide.sum] end', grouped, s.summary_id) as one,
      tide._sum_sql(s.summary_id, s.source, after) || ', null::int' as created,
      tide._sum_sql(s.summary_id, s.source, '-' || before) || ', null::int' as deleted,
      format('nullif(%s, array_fill(0::bigint, array[%s])), null::int',
        tide._sum_sql(s.summary_id, s.source, after || ' - ' || before),
        (select cardinality(y.measures) from tide.summaries y where y.id = s.summary_id))
        as changed,
      tide._delta_columns(s) as delta_columns
  ) x
  cross join lateral (
    select case
      when x.delta_columns is null then x.changed
      when x.delta_columns = '{}' then 'null::bigint[], null::int'
      else format('null::bigint[], %s', s.id)
    end as changed_in_place
  ) p
  where s.source = (_sums_sql.watched).target
$$;
comment on function tide._sums_sql(tide.watched, text, text) is
  'SQL for what the change of a row (o to n) adds to each summary it feeds, as tide.sum[].';
