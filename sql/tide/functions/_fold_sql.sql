create or replace function tide._fold_sql(summary tide.summaries) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type text := tide._key_type(summary.summary, summary.key_column);
  -- two texts of another type may mean one group (1.0 and 1.00), which is to be added up once more
  v_one_text boolean := v_type in ('uuid', 'text', 'smallint', 'integer', 'bigint');
begin
  return (
    select format($f$insert into %1$s as y (%2$I, %3$s, changed_at)
  select s.group_key::%4$s, %5$s
  from unnest(sums) s
  where s.summary = %6$s
  %7$s
  order by s.group_key::%4$s
  on conflict (%2$I) do update set
    %8$s,
    changed_at = greatest(y.changed_at, excluded.changed_at)$f$,
      summary.summary, summary.key_column, string_agg(quote_ident(m.name), ', ' order by m.i),
      v_type,
      string_agg(format(case when v_one_text then 's.totals[%s]' else 'sum(s.totals[%s])' end,
        m.i), ', ' order by m.i)
        || case when v_one_text then ', s.changed_at' else ', max(s.changed_at)' end,
      summary.id,
      case when v_one_text then '' else format('group by s.group_key::%s', v_type) end,
      string_agg(format('%I = y.%1$I + excluded.%1$I', m.name), E',\n    ' order by m.i))
    from unnest(summary.measures) with ordinality as m (name, i));
end
$$;
comment on function tide._fold_sql(tide.summaries) is
  'SQL that adds tide.pending_sum rows, one per group, to a summary table.';
