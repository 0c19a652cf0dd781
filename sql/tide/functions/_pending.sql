create or replace function tide._pending(up_to pg_snapshot default null)
returns setof tide.events
language plpgsql stable rows 300
set search_path = pg_catalog, pg_temp
as $$
declare
  v_counted record;
begin
  if up_to is null and current_setting('tide.as_of', true) = 'head' then
    return;
  end if;
  v_counted := tide._counted();
  return query select * from tide._events_after(
    v_counted.snapshot, v_counted.after_id, v_counted.former_snapshot, up_to);
end
$$;
comment on function tide._pending(pg_snapshot) is
  'Events up to a snapshot, by default the caller''s, that no stored summary counts yet; of the '
  'caller''s none after tide.as_of_head().';
