create or replace function tide.rebuild_summary(summary regclass) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: only the owner may write a summary
declare
  v_summary tide.summaries;
  v_groups bigint;
begin
  select * into v_summary from tide.summaries s where s.summary = rebuild_summary.summary;
  lock table tide.turn in exclusive mode;
  perform set_config('tide.sums', '', true); -- what is pending is asked of the log alone
  perform tide.cache_clear(); -- what was kept is as wrong as what is repaired
  execute format('update %s set %s', summary,
    (select string_agg(format('%I = 0', m), ', ') from unnest(v_summary.measures) m));
  -- stored = recounted - pending, both in the snapshot of one statement
  execute format(
    'insert into %1$s as y (%2$I, %3$s, changed_at)
     select coalesce(a.group_key, p.group_key)::%4$s, %5$s, greatest(a.changed_at, p.changed_at)
     from (%6$s) a full join tide.pending_sums(%7$L) p using (group_key)
     on conflict (%2$I) do update set %8$s,
       changed_at = greatest(y.changed_at, excluded.changed_at)',
    summary, v_summary.key_column,
    (select string_agg(quote_ident(m), ', ' order by i)
      from unnest(v_summary.measures) with ordinality u (m, i)),
    tide._key_type(summary, v_summary.key_column),
    (select string_agg(format('coalesce(a.m%s, 0) - coalesce(p.totals[%s], 0)::bigint', i, i), ', '
      order by i) from generate_series(1, cardinality(v_summary.measures)) i),
    tide._actual_sql(v_summary.id), summary::text,
    (select string_agg(format('%I = excluded.%1$I', m), ', ') from unnest(v_summary.measures) m));
  get diagnostics v_groups = row_count;
  perform tide.audit('summary.rebuilt', summary::text, jsonb_build_object('groups', v_groups));
  return v_groups;
end
$$;
comment on function tide.rebuild_summary(regclass) is
  'Recounts a summary from its sources while writers go on; returns the groups written.';
