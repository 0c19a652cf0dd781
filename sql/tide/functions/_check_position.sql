create or replace function tide._check_position(after_sequence bigint) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first bigint;
  v_last bigint := (tide._counted()).sequence;
begin
  select min(t.first_sequence) - 1 into v_first
  from tide.ticks t
  where t.epoch_number = (select max(e.number) from tide.epochs e);
  if after_sequence > v_last then
    raise exception 'position % lies ahead of the log, which ends at %', after_sequence, v_last
      using errcode = 'TG410', hint = 'It is of another epoch: take a new sync.';
  elsif after_sequence < coalesce(v_first, (tide.position()).sequence) then
    raise exception 'position % is not in the log any more, which begins after %',
      after_sequence, v_first
      using errcode = 'TG410', hint = 'Take a new sync.';
  end if;
end
$$;
comment on function tide._check_position(bigint) is
  'Raises TG410 unless everything after a sequence is in the log, in the present epoch.';
