create or replace function tide.pending_sums(summary regclass)
returns table (group_key text, totals numeric[], changed_at timestamptz)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the log itself is readable by its owner only
declare
  v_summary tide.summaries;
begin
  select * into v_summary from tide.summaries s where s.summary = pending_sums.summary;
  if not found then
    return;
  end if;
  return query execute format(
    'select s.group_key, array[%s]::numeric[], max(p.at)
     from tide._pending() p cross join lateral unnest(p.sums) s
     where s.summary = %s
     group by s.group_key',
    tide._sum_list(cardinality(v_summary.measures)), v_summary.id);
end
$$;
comment on function tide.pending_sums(regclass) is
  'Per group of a summary, what is not folded into its table yet at the reader''s snapshot; totals '
  'in the order of the table''s measure columns.';
