create or replace function tide._fold(snapshot pg_snapshot) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_counted record := tide._counted();
  v_summary tide.summaries;
begin
  for v_summary in select * from tide.summaries y order by y.id loop
    execute format(
      'insert into %1$s as y (%2$I, %3$s, changed_at)
       select s.group_key::%4$s, %5$s, max(e.at)
       from tide._events_after($1, $2, $3, $4) e cross join lateral unnest(e.sums) s
       where s.summary = %6$s
       group by s.group_key
       order by s.group_key
       on conflict (%2$I) do update set %7$s,
         changed_at = greatest(y.changed_at, excluded.changed_at)',
      v_summary.summary, v_summary.key_column,
      (select string_agg(quote_ident(m), ', ' order by i)
        from unnest(v_summary.measures) with ordinality u (m, i)),
      tide._key_type(v_summary.summary, v_summary.key_column),
      tide._sum_list(cardinality(v_summary.measures)), v_summary.id,
      (select string_agg(format('%I = y.%1$I + excluded.%1$I', m), ', ')
        from unnest(v_summary.measures) m))
      using v_counted.snapshot, v_counted.after_id, v_counted.former_snapshot, snapshot;
  end loop;
end
$$;
comment on function tide._fold(pg_snapshot) is
  'Adds to the stored summaries what the events up to a tick''s snapshot changed.';
