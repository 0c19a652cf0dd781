create or replace function monitor._end_of_page(after_sequence bigint, max_events int)
returns bigint
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    max(t.last_sequence) filter (where t.last_sequence <= after_sequence + max_events),
    min(t.last_sequence))
  from (
    select k.last_sequence from tide.ticks k
    where k.last_sequence > after_sequence
    order by k.last_sequence limit max_events
  ) t
$$;
comment on function monitor._end_of_page(bigint, int) is
  'Where a page of about so many events ends, between two ticks; null at the head.';
