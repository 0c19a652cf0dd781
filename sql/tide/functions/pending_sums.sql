create or replace function tide.pending_sums(summary regclass)
returns table (group_key text, totals numeric[], changed_at timestamptz)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the log itself is readable by its owner only
declare
  v_id int := (select s.id from tide.summaries s where s.summary = pending_sums.summary);
begin
  if v_id is not null then
    return query execute format('select * from tide._tg_summary_%s__pending()', v_id);
  end if;
end
$$;
comment on function tide.pending_sums(regclass) is
  'Per group of a summary, what is not folded into its table yet at the reader''s snapshot; totals '
  'in the order of the table''s measure columns.';
