create or replace function tide._store_ticks(
  epoch_number int, after_tick bigint, after_sequence bigint, ticks tide.planned_ticks[]
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into tide.ticks (number, epoch_number, snapshot, first_sequence, last_sequence)
  select after_tick + t.nth, _store_ticks.epoch_number, t.snapshot,
    after_sequence + sum(t.count) over (order by t.nth) - t.count + 1,
    after_sequence + sum(t.count) over (order by t.nth)
  from unnest(_store_ticks.ticks) with ordinality as t (position, snapshot, count, nth);
  delete from tide.planned_ticks p
  using unnest(_store_ticks.ticks) t
  where p.position = t.position;
end
$$;
comment on function tide._store_ticks(int, bigint, bigint, tide.planned_ticks[]) is
  'Numbers the events of ticks, which are planned no longer.';
