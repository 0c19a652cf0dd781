create or replace function tide.as_of_head() returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: reads the ticks; stable: they are those of the caller's snapshot
declare
  v_head record := tide._head();
begin
  perform set_config('tide.as_of', v_head.snapshot::text, true);
  return v_head.sequence;
end
$$;
comment on function tide.as_of_head() is
  'Until tide.as_of_now() or the end of the transaction, summaries leave out what no tick has '
  'numbered: they are the state as of the sequence returned. Call both in one snapshot.';
