-- All that is pending, in one DO so that the client's round trips are not measured; prints the
-- seconds it took, and in how many ticks.
select clock_timestamp() as began \gset
do $$
begin
  loop
    perform from tide.advance(current_setting('bench.max_events')::int);
    exit when not found;
    commit;
  end loop;
end
$$;
select round(extract(epoch from clock_timestamp() - :'began'::timestamptz)::numeric, 4);
