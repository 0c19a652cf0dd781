create or replace function tide._actual_sql(summary_id int) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(
    'select group_key, %s, max(changed_at) as changed_at from (%s) x group by group_key',
    (select string_agg(format('coalesce(sum(m%s), 0)::bigint as m%s', i, i), ', ' order by i)
      from tide.summaries y, generate_series(1, cardinality(y.measures)) i
      where y.id = _actual_sql.summary_id),
    coalesce(string_agg(format(
      'select r.tide_group_%s as group_key, %s, %s as changed_at from %s r '
      'where r.tide_group_%1$s is not null',
      s.summary_id,
      (select string_agg(
        case when s.measures ? name then format('r.tide_sum_%s_%s', s.summary_id, i) else '0' end
          || format(' as m%s', i), ', ' order by i)
        from tide.summaries y, unnest(y.measures) with ordinality u (name, i)
        where y.id = s.summary_id),
      case when exists (select from pg_attribute a where a.attrelid = s.source
        and a.attname = 'updated_at' and a.atttypid = 'timestamptz'::regtype
        and not a.attisdropped) then 'r.updated_at' else 'null::timestamptz' end,
      tide._rows_sql(w, s.source::text)), ' union all '), (
        -- its last source was dropped
        select 'select null as group_key, null::timestamptz as changed_at'
          || string_agg(format(', 0 as m%s', i), '') || ' where false'
        from tide.summaries y, generate_series(1, cardinality(y.measures)) i
        where y.id = _actual_sql.summary_id)))
  from tide.summary_sources s
  join tide.watched w on w.target = s.source
  join pg_class c on c.oid = s.source
  where s.summary_id = _actual_sql.summary_id
$$;
comment on function tide._actual_sql(int) is
  'SQL that recounts a summary from its sources: group_key, m1, m2, … and changed_at.';
