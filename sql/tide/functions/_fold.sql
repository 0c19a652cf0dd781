create or replace function tide._fold(snapshot pg_snapshot, sums tide.pending_sum[] default null)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_summary tide.summaries;
  v_began_at timestamptz := clock_timestamp();
begin
  for v_summary in
    select y.* from tide.summaries y join pg_class c on c.oid = y.summary order by y.id
  loop
    begin
      execute format(
        'select tide._tg_summary_%1$s__fold(coalesce($2,
           array(select p from tide._tg_summary_%1$s__pending($1) p)))', v_summary.id)
      using snapshot, sums;
    exception when others then
      -- a summary that its table or its groups no longer fit must not stop everybody's stream;
      -- what may pass, such as a full disk, is tried again
      if left(sqlstate, 2) not in ('0A', '22', '23', '42', 'P0') then
        raise;
      end if;
      perform tide._report(v_summary.summary::text, format(
        'not folded: %s; mend it, then select tide.rebuild_summary(%L)', sqlerrm,
        v_summary.summary));
    end;
  end loop;
  perform tide._note_time('fold_ms', v_began_at);
end
$$;
comment on function tide._fold(pg_snapshot, tide.pending_sum[]) is
  'Adds to the stored summaries what the events up to a tick''s snapshot changed: the sums, or '
  'null to add them up here. One that cannot take it (a sum out of range, a table that was '
  'dropped) is among the problems from then on.';
