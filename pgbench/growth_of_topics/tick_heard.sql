-- Seconds that the ticks of all that is pending take, for who hears so many topics.
select set_config('bench.topics', (
  select coalesce(array_agg(format('project:%s', lpad(n::text, 32, '0')::uuid))::text, '')
  from generate_series(1, :topics) n where :topics <= 1000), false) \gset
select clock_timestamp() as began \gset
do $$
declare
  v_topics text[] := nullif(current_setting('bench.topics'), '')::text[];
begin
  loop
    perform from tide.advance_for(v_topics);
    exit when not found;
    commit;
  end loop;
end
$$;
select round(extract(epoch from clock_timestamp() - :'began'::timestamptz)::numeric, 4);
