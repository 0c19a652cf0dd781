create or replace function tide.as_of_head() returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: reads the ticks; stable: they are those of the caller's snapshot
begin
  perform set_config('tide.as_of', 'head', true);
  return (tide._counted()).sequence;
end
$$;
comment on function tide.as_of_head() is
  'Until tide.as_of_now() or the end of the transaction, summaries are the state as of the '
  'sequence returned, without what has none yet. Call it again in each statement that tells the '
  'sequence: it is that of the statement''s snapshot.';
