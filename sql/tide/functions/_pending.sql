create or replace function tide._pending() returns setof tide.events
language plpgsql stable rows 300
set search_path = pg_catalog, pg_temp
as $$
declare
  v_counted record;
begin
  if current_setting('tide.as_of', true) = 'head' then
    return;
  end if;
  v_counted := tide._counted();
  return query select * from tide._events_after(
    v_counted.snapshot, v_counted.after_id, v_counted.former_snapshot);
end
$$;
comment on function tide._pending() is
  'Events at the caller''s snapshot that no stored summary counts yet; none after '
  'tide.as_of_head().';
