create or replace function tide._next_planned(max_events int) returns tide.planned_ticks[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select array_agg(row(p.position, p.snapshot, p.count)::tide.planned_ticks order by p.position)
    from (
      select q.*, sum(q.count) over (order by q.position) as running,
        row_number() over (order by q.position) as nth
      from tide.planned_ticks q
    ) p
    where p.nth = 1 or p.running <= _next_planned.max_events
  );
end
$$;
comment on function tide._next_planned(int) is
  'The planned ticks that are told together: the first, and more while they fit.';
