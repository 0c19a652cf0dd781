create or replace function tide.pending_sums(summary regclass)
returns table (group_key text, totals numeric[], changed_at timestamptz)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the log itself is readable by its owner only
declare
  v_id int := (select s.id from tide.summaries s where s.summary = pending_sums.summary);
  v_kept text := current_setting('tide.sums', true);
begin
  if v_kept <> '' and starts_with(v_kept, pg_current_snapshot()::text || ' ') then
    return query
      select k.group_key, k.totals, k.changed_at
      from unnest(substr(v_kept, position(' ' in v_kept) + 1)::tide.pending_sum[]) k
      where k.summary = v_id;
  elsif v_id is not null then
    return query execute format(
      'select p.group_key, p.totals, p.changed_at from tide._tg_summary_%s__pending() p', v_id);
  end if;
end
$$;
comment on function tide.pending_sums(regclass) is
  'Per group of a summary, what is not folded into its table yet at the reader''s snapshot; totals '
  'in the order of the table''s measure columns.';
