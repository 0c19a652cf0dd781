create or replace function monitor._next_state(rule monitor.rules, value double precision)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sign int := case rule.comparison when 'above' then 1 else -1 end;
  v_bar double precision := v_sign * rule.threshold;
begin
  if value is null then
    return case rule.state when 'firing' then 'firing' else 'fine' end;
  elsif rule.state = 'firing' then
    -- hysteresis: it ends where it is well again, not where it began
    return case when v_sign * value > v_sign * coalesce(rule.clear_threshold, rule.threshold)
      then 'firing' else 'fine' end;
  elsif v_sign * value <= v_bar then
    return 'fine';
  elsif rule.hold_seconds = 0 or rule.state = 'breached'
    and now() >= rule.state_at + make_interval(secs => rule.hold_seconds)
  then
    return 'firing';
  end if;
  return 'breached';
end
$$;
comment on function monitor._next_state(monitor.rules, double precision) is
  'What a rule is after this value. One that knows nothing (null) stays as it is.';
