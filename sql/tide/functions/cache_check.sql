create or replace function tide.cache_check(
  since pg_snapshot,
  out era uuid,
  out epoch uuid,
  out sequence bigint,
  out snapshot pg_snapshot,
  out topics text[]
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
-- security definer: the log is readable by its owner only
begin
  snapshot := pg_current_snapshot();
  era := (select c.era from tide.cache_eras c);
  select p.epoch, p.sequence into epoch, sequence from tide.position() p;
  topics := case
    -- nobody has ended since, and the caller has written nothing
    when since::text = snapshot::text and pg_current_xact_id_if_assigned() is null then '{}'
    when since is not null then tide._topics_since(since)
  end;
end
$$;
comment on function tide.cache_check(pg_snapshot) is
  'What a node asks before it answers from memory: the topics of all that was committed between '
  'the snapshot of its last check and now, ticked or not (null: any), and where the log stands. '
  'One check serves all requests that came before it began.';
