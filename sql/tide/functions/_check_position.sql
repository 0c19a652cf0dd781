create or replace function tide._check_position(after_sequence bigint) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first bigint;
  v_last bigint := (tide._counted()).sequence;
begin
  -- the oldest tick only says what the next one added, unless it is the first of the epoch: the one
  -- before it is gone, and so may be its events
  select case when t.number = e.first_tick then t.first_sequence - 1 else t.last_sequence end
  into v_first
  from tide.epochs e
  join tide.ticks t on t.number >= e.first_tick
  where e.number = (select max(m.number) from tide.epochs m)
  order by t.number limit 1;
  v_first := coalesce(v_first, (tide.position()).sequence);
  if after_sequence > v_last then
    raise exception 'position % lies ahead of the log, which ends at %', after_sequence, v_last
      using errcode = 'TG410', hint = 'It is of another epoch: take a new sync.';
  elsif after_sequence < v_first then
    raise exception 'position % is not in the log any more, which begins after %',
      after_sequence, v_first
      using errcode = 'TG410', hint = 'Take a new sync.';
  end if;
end
$$;
comment on function tide._check_position(bigint) is
  'Raises TG410 unless everything after a sequence is in the log, in the present epoch.';
