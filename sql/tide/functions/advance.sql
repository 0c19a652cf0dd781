create or replace function tide.advance(max_events int default null) returns setof tide.wire_message
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select m.* from tide.advance_for(null, max_events) m;
end
$$;
comment on function tide.advance(int) is
  'Makes at most one tick: numbers what was committed since the last, folds it into the summaries '
  'and returns its messages. Nothing when nothing is new or somebody else is ticking. Publish them '
  'only after COMMIT. A backlog above max_events is folded at once and told by several ticks; what '
  'their messages say is then as of its end, and small ticks left of it are told together.';
