create or replace function tide._sums(events tide.events[]) returns tide.pending_sum[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_all tide.pending_sum[] := '{}';
  v_one tide.pending_sum[];
  v_id int;
begin
  -- what this transaction wrote itself is no part of the tick, but readers would see it
  if pg_current_xact_id_if_assigned() is not null then
    perform from tide.events e where e.xid = pg_current_xact_id_if_assigned();
    if found then
      return null;
    end if;
  end if;
  for v_id in select y.id from tide.summaries y order by y.id loop
    execute format('select array(select p from tide._tg_summary_%s__pending(null, $1) p)', v_id)
    into v_one using events;
    v_all := v_all || v_one;
  end loop;
  return v_all;
exception when others then
  return null; -- each summary is then asked alone, and the one that fails is reported
end
$$;
comment on function tide._sums(tide.events[]) is
  'What these events, which are all that is pending, add to all summaries; null where each is to '
  'be asked alone.';
