create or replace function tide.verify()
returns table (summary text, key text, column_name text, stored text, actual text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: reads every source in full
declare
  v_summary tide.summaries;
begin
  for v_summary in
    select y.* from tide.summaries y join pg_class c on c.oid = y.summary order by y.id
  loop
    return query execute format(
      'select %L::text, k.group_key, d.name, d.stored::text, d.actual::text
       from (select %I::text as group_key, array[%s]::numeric[] as totals from %s) t
       full join tide.pending_sums(%L) p using (group_key)
       full join (%s) a using (group_key)
       cross join lateral (select group_key) k
       cross join lateral (
         select u.name, coalesce(t.totals[u.i], 0) + coalesce(p.totals[u.i], 0) as stored,
           coalesce((array[%s])[u.i], 0)::numeric as actual
         from unnest(%L::text[]) with ordinality u (name, i)
       ) d
       where d.stored <> d.actual',
      v_summary.summary::text, v_summary.key_column,
      (select string_agg(quote_ident(m), ', ' order by i)
        from unnest(v_summary.measures) with ordinality u (m, i)),
      v_summary.summary, v_summary.summary::text, tide._actual_sql(v_summary.id),
      (select string_agg(format('a.m%s', i), ', ' order by i)
        from generate_series(1, cardinality(v_summary.measures)) i),
      v_summary.measures::text);
  end loop;
end
$$;
comment on function tide.verify() is
  'Recounts every summary and compares it with what readers see, in one snapshot: no rows, no '
  'drift.';
