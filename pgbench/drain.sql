-- Ticks until nothing is pending; every tick is a transaction of its own, as in the service.
do $$
declare
  v_events bigint;
begin
  loop
    select count(*) into v_events from tide.advance();
    commit;
    exit when v_events = 0;
  end loop;
end
$$;
